namespace Larder.PostgreSql.Schema;

/// <summary>The text that makes the tables, or brings them up to date: the same whether a store runs it or a person does.</summary>
internal static class SchemaScript
{
    /// <summary>Held while the tables are made: whoever comes at the same time finds them made.</summary>
    public const long AdvisoryLock = 0x4C61_7264_6572; // "Larder"

    /// <summary>Everything from one version to the latest, as one transaction.</summary>
    /// <param name="names">What things are called.</param>
    /// <param name="unlogged">Whether the entries' table is unlogged.</param>
    /// <param name="from">The version that is there; 0 for none.</param>
    public static string Whole(TableNames names, bool unlogged, int from)
    {
        string made = from == 0 ? $"CREATE SCHEMA IF NOT EXISTS {names.QuotedSchema};\n\n" : "";
        return $"BEGIN;\n\n{Lock}\n\n{made}{Steps(names, unlogged, from, Migrations.All)}\nCOMMIT;\n";
    }

    /// <summary>Waits for whoever is at it.</summary>
    public static string Lock => $"SELECT pg_advisory_xact_lock({AdvisoryLock});";

    /// <summary>The steps, without the transaction around them and without the schema itself.</summary>
    public static string Steps(TableNames names, bool unlogged, int from, IReadOnlyList<Migration> migrations)
    {
        string[] begin = from > 0 ? [] :
        [
            $"""
            CREATE TABLE IF NOT EXISTS {names.Versions} (
                name    text NOT NULL PRIMARY KEY,
                version int  NOT NULL,
                serves  int  NOT NULL
            );
            COMMENT ON TABLE {names.Versions} IS 'The versions of the tables of this schema, and the oldest programs that can use them.';

            """,
        ];
        return string.Join('\n', [.. begin, .. migrations.Where(migration => migration.Version > from).Select(migration => Step(names, unlogged, migration))]);
    }

    private static string Step(TableNames names, bool unlogged, Migration migration) => $"""
        -- Version {migration.Version}
        {migration.Statements(names, unlogged)}

        INSERT INTO {names.Versions} (name, version, serves) VALUES ('{names.Table}', {migration.Version}, {migration.Serves})
        ON CONFLICT (name) DO UPDATE SET version = excluded.version, serves = excluded.serves;

        """;
}
