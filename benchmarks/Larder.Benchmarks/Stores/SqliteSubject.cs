using System.Text;
using Larder.Stores;
using SQLitePCL;

namespace Larder.Benchmarks.Stores;

/// <summary>SQLite, beside one statement each through SQLitePCLRaw.</summary>
internal sealed class SqliteSubject(SqliteDurability durability) : StoreSubject
{
    private readonly string _directory = Directory.CreateTempSubdirectory("larder-bench-").FullName;

    public override string Name => $"SQLite, {(durability == SqliteDurability.Durable ? "durable" : "relaxed")}";

    public override string About => "SQLitePCLRaw by hand, prepared, in a file of its own with the same table and indexes, in WAL mode with the same flushes: one statement each (get-many in one transaction), the use of an entry noted with every set (the store: once a second), no bounds, no leases, nobody told of changes. The store has an observer meanwhile: the cache";

    /// <summary>What <see cref="DurableSets"/> is about.</summary>
    public bool IsDurable => durability == SqliteDurability.Durable;

    public override async Task StartAsync()
    {
        await using IRawClient client = await ConnectRawAsync();
    }

    public override ICacheStore Connect() => new SqliteStore(new SqliteStoreOptions { Path = Path.Combine(_directory, "store.db"), Durability = durability, BusyTimeout = TimeSpan.FromMinutes(1) });

    public override Task<IRawClient> ConnectRawAsync() => Task.FromResult<IRawClient>(new Client(Path.Combine(_directory, "raw.db"), durability));

    public override ValueTask DisposeAsync()
    {
        Directory.Delete(_directory, recursive: true);
        return ValueTask.CompletedTask;
    }

    private sealed class Client : IRawClient
    {
        private readonly sqlite3 _database;
        private readonly sqlite3_stmt _get;
        private readonly sqlite3_stmt _set;

        static Client() => Batteries_V2.Init();

        public Client(string path, SqliteDurability durability)
        {
            Check(raw.sqlite3_open_v2(path, out _database, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_NOMUTEX, null));
            raw.sqlite3_busy_timeout(_database, 60_000);
            Execute("PRAGMA journal_mode = WAL");
            Execute(durability == SqliteDurability.Durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
            Execute("CREATE TABLE IF NOT EXISTS entry (id INTEGER PRIMARY KEY, expires INTEGER, used INTEGER NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL)");
            Execute("CREATE UNIQUE INDEX IF NOT EXISTS entry_by_key ON entry (key)");
            Execute("CREATE INDEX IF NOT EXISTS entry_by_expiry ON entry (expires) WHERE expires IS NOT NULL");
            Execute("CREATE INDEX IF NOT EXISTS entry_by_use ON entry (used)");
            Check(raw.sqlite3_prepare_v2(_database, "SELECT value FROM entry WHERE key = ?1 AND (expires IS NULL OR expires > ?2)", out _get));
            Check(raw.sqlite3_prepare_v2(_database, "INSERT INTO entry (expires, used, key, value) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (key) DO UPDATE SET expires = excluded.expires, used = excluded.used, value = excluded.value", out _set));
        }

        private static long Now => DateTime.UtcNow.Ticks / TimeSpan.TicksPerMicrosecond;

        public ValueTask<byte[]?> GetAsync(string key) => new(Get(key));

        public ValueTask SetAsync(string key, byte[] value)
        {
            raw.sqlite3_bind_int64(_set, 1, Now + 3_600_000_000);
            raw.sqlite3_bind_int64(_set, 2, Now / 1000);
            raw.sqlite3_bind_blob(_set, 3, Encoding.UTF8.GetBytes(key));
            raw.sqlite3_bind_blob(_set, 4, value);
            Check(raw.sqlite3_step(_set));
            raw.sqlite3_reset(_set);
            return ValueTask.CompletedTask;
        }

        public ValueTask<int> GetManyAsync(string[] keys)
        {
            Execute("BEGIN");
            byte[]?[] found = Array.ConvertAll(keys, Get);
            Execute("COMMIT");
            return new(found.Count(static value => value is not null));
        }

        public ValueTask DisposeAsync()
        {
            _get.Dispose();
            _set.Dispose();
            _database.Dispose();
            return ValueTask.CompletedTask;
        }

        private byte[]? Get(string key)
        {
            raw.sqlite3_bind_blob(_get, 1, Encoding.UTF8.GetBytes(key));
            raw.sqlite3_bind_int64(_get, 2, Now);
            int code = raw.sqlite3_step(_get);
            Check(code);
            byte[]? value = code == raw.SQLITE_ROW ? raw.sqlite3_column_blob(_get, 0).ToArray() : null;
            raw.sqlite3_reset(_get);
            return value;
        }

        private void Execute(string sql) => Check(raw.sqlite3_exec(_database, sql));

        private void Check(int code)
        {
            if (code is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
                throw new InvalidOperationException($"SQLite says {code}: {raw.sqlite3_errmsg(_database).utf8_to_string()}");
        }
    }
}
