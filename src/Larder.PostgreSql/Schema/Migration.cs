namespace Larder.PostgreSql.Schema;

/// <summary>One step from one version of the tables to the next.</summary>
/// <param name="Version">The version that it leads to.</param>
/// <param name="Serves">The oldest version of the tables that a program may have been written for, to work with this one.</param>
/// <param name="Statements">What is to be done.</param>
internal sealed record Migration(int Version, int Serves, Func<TableNames, bool, string> Statements);
