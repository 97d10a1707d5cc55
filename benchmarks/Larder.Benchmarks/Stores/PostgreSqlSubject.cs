using System.Text;
using Larder.PostgreSql.Schema;
using Larder.Stores;
using Npgsql;
using NpgsqlTypes;

namespace Larder.Benchmarks.Stores;

/// <summary>PostgreSQL, beside the same statements on the same table through Npgsql, or a plain upsert into a plain table.</summary>
internal sealed class PostgreSqlSubject(bool unlogged, bool plain = false) : StoreSubject
{
    private readonly TableNames _names = new("larder", "cache");
    private LocalPostgreSql? _server;

    public override string Name => (unlogged ? "PostgreSQL, unlogged" : "PostgreSQL") + (plain ? ", beside a plain table" : "");

    public override string About => plain
        ? "Npgsql by hand, prepared: the key's row of a plain table with an index on its expiry, and nobody told of changes"
        : "Npgsql by hand, prepared: the same statements on the same table";

    public override async Task StartAsync()
    {
        _server = await LocalPostgreSql.StartAsync();
        await using ICacheStore store = Connect();
        await store.GetAsync("makes the tables", default);
        if (!plain)
            return;
        await using var connection = new NpgsqlConnection(_server.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"""
            CREATE {(unlogged ? "UNLOGGED" : "")} TABLE plain (id text PRIMARY KEY, value bytea NOT NULL, expires_at timestamptz NOT NULL);
            CREATE INDEX ON plain (expires_at);
            """, connection);
        await command.ExecuteNonQueryAsync();
    }

    public override ICacheStore Connect() => new PostgreSqlStore(new PostgreSqlStoreOptions { ConnectionString = _server!.ConnectionString, Unlogged = unlogged });

    public override async Task<IRawClient> ConnectRawAsync()
    {
        var connection = new NpgsqlConnection(_server!.ConnectionString);
        await connection.OpenAsync();
        return plain
            ? await Client.PrepareAsync(
                connection,
                "SELECT value FROM plain WHERE id = $1 AND expires_at > now()",
                "INSERT INTO plain (id, value, expires_at) VALUES ($1, $2, now() + interval '1 hour') ON CONFLICT (id) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at",
                "SELECT id, value FROM plain WHERE id = ANY($1) AND expires_at > now()",
                asText: true)
            : await Client.PrepareAsync(
                connection,
                new Statements(_names).Get,
                $"""
                INSERT INTO {_names.Entries} (id, value, expires_at)
                SELECT $1, $2, clock_timestamp() + make_interval(secs => 3600) WHERE set_config('larder.sender', 'hand', true) IS NOT NULL
                ON CONFLICT (id) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at, lease = '', lease_ends = '-infinity'
                """,
                new Statements(_names).GetMany,
                asText: false);
    }

    public override ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    private sealed class Client(NpgsqlConnection connection, NpgsqlCommand get, NpgsqlCommand set, NpgsqlCommand getMany, bool asText) : IRawClient
    {
        public static async Task<Client> PrepareAsync(NpgsqlConnection connection, string get, string set, string getMany, bool asText)
        {
            NpgsqlDbType key = asText ? NpgsqlDbType.Text : NpgsqlDbType.Bytea;
            var client = new Client(
                connection,
                Command(get, key),
                Command(set, key, NpgsqlDbType.Bytea),
                Command(getMany, NpgsqlDbType.Array | key),
                asText);
            return client;

            NpgsqlCommand Command(string text, params NpgsqlDbType[] types)
            {
                var command = new NpgsqlCommand(text, connection);
                foreach (NpgsqlDbType type in types)
                    command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = type });
                command.Prepare();
                return command;
            }
        }

        public async ValueTask<byte[]?> GetAsync(string key)
        {
            get.Parameters[0].Value = Key(key);
            await using NpgsqlDataReader reader = await get.ExecuteReaderAsync();
            return await reader.ReadAsync() ? reader.GetFieldValue<byte[]>(0) : null;
        }

        public async ValueTask SetAsync(string key, byte[] value)
        {
            set.Parameters[0].Value = Key(key);
            set.Parameters[1].Value = value;
            await set.ExecuteNonQueryAsync();
        }

        public async ValueTask<int> GetManyAsync(string[] keys)
        {
            getMany.Parameters[0].Value = asText ? keys : Array.ConvertAll(keys, Encoding.UTF8.GetBytes);
            await using NpgsqlDataReader reader = await getMany.ExecuteReaderAsync();
            var found = new Dictionary<string, byte[]>(keys.Length);
            while (await reader.ReadAsync())
                found[asText ? reader.GetString(0) : Encoding.UTF8.GetString(reader.GetFieldValue<byte[]>(0))] = reader.GetFieldValue<byte[]>(1);
            return found.Count;
        }

        public ValueTask DisposeAsync() => connection.DisposeAsync();

        private object Key(string key) => asText ? key : Encoding.UTF8.GetBytes(key);
    }
}
