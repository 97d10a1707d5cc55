using Larder.PostgreSql;
using Larder.PostgreSql.Schema;

namespace Larder;

/// <summary>The tables of a <see cref="PostgreSqlStore"/>, for whoever wants to make them by hand.</summary>
public static class PostgreSqlSchema
{
    /// <summary>The version of the tables that this program was written for.</summary>
    public static int Version => Migrations.Latest;

    /// <summary>The script that makes the tables, or brings them up to date: what a store runs by itself where it may.</summary>
    /// <param name="options">Schema, table, and whether it is unlogged. Where the server is does not matter.</param>
    /// <param name="fromVersion">The version that is there, which the table <c>larder_versions</c> holds. 0 for none.</param>
    /// <returns>One transaction, for <c>psql</c> or any other client. It ends with an error, and changes nothing, if the version is not what was said.</returns>
    /// <exception cref="InvalidCacheOptionsException">Schema or table have no name that this store takes.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="fromVersion"/> is negative, or later than <see cref="Version"/>.</exception>
    public static string Script(PostgreSqlStoreOptions options, int fromVersion = 0)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegative(fromVersion);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fromVersion, Version);
        PostgreSqlStoreOptionsValidation.ValidateNames(options);
        return SchemaScript.Whole(new TableNames(options.Schema, options.Table), options.Unlogged, fromVersion);
    }
}
