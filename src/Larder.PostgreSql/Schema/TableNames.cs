namespace Larder.PostgreSql.Schema;

/// <summary>What everything that belongs to one store is called in the database.</summary>
/// <param name="schema">The schema, of letters, digits and underscores.</param>
/// <param name="table">The entries' table, likewise.</param>
internal sealed class TableNames(string schema, string table)
{
    /// <summary>The longest that schema and table may be together: names end at 63 bytes, and some have something behind.</summary>
    public const int MostCharacters = 48;

    /// <summary>The table of the versions, one in each schema.</summary>
    public const string VersionsTable = "larder_versions";

    public string Schema => schema;

    public string Table => table;

    public string QuotedSchema => $"\"{schema}\"";

    public string Entries => Quoted("");

    public string Epochs => Quoted("_epochs");

    public string Tell => Quoted("_tell");

    /// <summary>The versions of all tables in the schema.</summary>
    public string Versions => $"\"{schema}\".\"{VersionsTable}\"";

    /// <summary>Where changes are told.</summary>
    public string Channel => $"{schema}.{table}";

    public string QuotedChannel => $"\"{Channel}\"";

    /// <summary>The name of something else that belongs to the table.</summary>
    public string Quoted(string ending) => $"\"{schema}\".\"{table}{ending}\"";

    /// <summary>The same without the schema, where PostgreSQL wants it so.</summary>
    public string Local(string ending) => $"\"{table}{ending}\"";
}
