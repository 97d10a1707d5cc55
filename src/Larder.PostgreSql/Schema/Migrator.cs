using Larder.PostgreSql.Diagnostics;
using Npgsql;
using NpgsqlTypes;

namespace Larder.PostgreSql.Schema;

/// <summary>Makes the tables, or brings them up to date, unless they are.</summary>
/// <remarks>
/// Looking costs two questions and needs no rights beyond those of a reader. Only who finds something to do takes the lock,
/// looks again, and does it in one transaction: of many who start together one makes the tables and the others find them.
/// The catalog is asked as a table: <c>to_regclass</c> may answer from before the lock was waited for.
/// </remarks>
internal sealed class Migrator(TableNames names, bool unlogged, bool mayChange, IReadOnlyList<Migration> migrations, PostgreSqlTelemetry telemetry)
{
    private const string IsThereSchema = "SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1)";
    private const string AreThereVersions = $"""
        SELECT EXISTS (SELECT FROM pg_catalog.pg_class AS class JOIN pg_catalog.pg_namespace AS space ON space.oid = class.relnamespace
        WHERE space.nspname = $1 AND class.relname = '{TableNames.VersionsTable}')
        """;

    // Somebody else may be making an index under the lock.
    private const int TimeoutSeconds = 120;

    private int Latest => migrations[^1].Version;

    /// <summary>Leaves the tables such that this program can use them.</summary>
    /// <returns>The version that was there before; the latest, or a later one, if nothing had to be done.</returns>
    /// <exception cref="PostgreSqlSchemaException">The tables are not there, or not up to date, and this store may not change them; or they are too new.</exception>
    public async Task<int> RunAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        int found = await FindAsync(connection, cancellationToken).ConfigureAwait(false);
        if (found >= Latest)
            return found;
        if (!mayChange)
        {
            throw new PostgreSqlSchemaException(
                $"The tables '{names.Schema}.{names.Table}' have version {found} (0: there are none), and version {Latest} is needed. "
                + $"{nameof(PostgreSqlStoreOptions)}.{nameof(PostgreSqlStoreOptions.CreateSchema)} is false: run the script that {nameof(PostgreSqlSchema)}.{nameof(PostgreSqlSchema.Script)} gives.");
        }

        NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            await ExecuteAsync(connection, SchemaScript.Lock, cancellationToken).ConfigureAwait(false);
            found = await FindAsync(connection, cancellationToken).ConfigureAwait(false);
            if (found < Latest)
            {
                if (!await IsTrueAsync(connection, IsThereSchema, cancellationToken).ConfigureAwait(false))
                    await ExecuteAsync(connection, $"CREATE SCHEMA {names.QuotedSchema}", cancellationToken).ConfigureAwait(false);
                await ExecuteAsync(connection, SchemaScript.Steps(names, unlogged, found, migrations), cancellationToken).ConfigureAwait(false);
            }

            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        }

        if (found < Latest)
            telemetry.Migrated(names.Schema, names.Table, found, Latest);
        return found;
    }

    private async Task<int> FindAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (!await IsTrueAsync(connection, AreThereVersions, cancellationToken).ConfigureAwait(false))
            return 0;
        using var command = new NpgsqlCommand($"SELECT version, serves FROM {names.Versions} WHERE name = $1", connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = names.Table, NpgsqlDbType = NpgsqlDbType.Text });
        NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                return 0;
            (int version, int serves) = (reader.GetInt32(0), reader.GetInt32(1));
            return serves <= Latest
                ? version
                : throw new PostgreSqlSchemaException($"The tables '{names.Schema}.{names.Table}' have version {version}, which serves programs from version {serves} on; this one was written for version {Latest}. Use a newer Larder.PostgreSql.");
        }
    }

    private async Task<bool> IsTrueAsync(NpgsqlConnection connection, string question, CancellationToken cancellationToken)
    {
        using var command = new NpgsqlCommand(question, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = names.Schema, NpgsqlDbType = NpgsqlDbType.Text });
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is true;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string text, CancellationToken cancellationToken)
    {
        using var command = new NpgsqlCommand(text, connection) { CommandTimeout = TimeoutSeconds };
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
