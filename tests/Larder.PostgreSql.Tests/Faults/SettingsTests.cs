using Larder.PostgreSql.Tests.Servers;
using Larder.PostgreSql.Tests.Store;
using Npgsql;

namespace Larder.PostgreSql.Tests.Faults;

/// <summary>Servers, databases and roles whose settings are not the usual ones, and connection strings that ask for more than a host.</summary>
public sealed class SettingsTests(SharedServer shared)
{
    private readonly string _table = shared.NewTable();

    [Theory]
    [InlineData("default_transaction_isolation = 'repeatable read'")]
    [InlineData("default_transaction_isolation = 'serializable'")]
    [InlineData("standard_conforming_strings = off")]
    [InlineData("search_path = ''")]
    [InlineData("timezone = 'America/New_York'")]
    [InlineData("bytea_output = escape")]
    [InlineData("IntervalStyle = sql_standard")]
    [InlineData("DateStyle = 'SQL, DMY'")]
    [InlineData("extra_float_digits = -15")]
    [InlineData("plan_cache_mode = force_custom_plan")]
    [InlineData("client_min_messages = debug5")]
    public async Task Role_may_have_settings_of_its_own(string setting)
    {
        string role = "role_" + _table;
        await shared.Server.SqlAsync($"CREATE ROLE {role} LOGIN; GRANT CREATE ON DATABASE postgres TO {role}; ALTER ROLE {role} SET {setting}");

        await WorksAsync(options =>
        {
            options.ConnectionString = shared.Server.ConnectionString + $";Username={role}";
            options.Schema = role;
        });
    }

    [Theory]
    [InlineData("Multiplexing=true")]
    [InlineData("Pooling=false")]
    [InlineData("Maximum Pool Size=1")]
    [InlineData("Max Auto Prepare=0")]
    [InlineData("Keepalive=1")]
    [InlineData("Connection Lifetime=1")]
    [InlineData("Read Buffer Size=4096;Write Buffer Size=4096")]
    [InlineData("Include Error Detail=true;Log Parameters=true;Persist Security Info=true")]
    public Task Connection_string_may_say_more(string more) => WorksAsync(options => options.ConnectionString = shared.Server.ConnectionString + ";" + more);

    [Fact]
    public async Task Several_hosts_are_tried_for_the_primary()
    {
        int nobody = PostgreSqlServer.FreePort();

        await WorksAsync(options => options.ConnectionString = $"Host=127.0.0.1:{nobody},127.0.0.1:{shared.Server.Port};Username=postgres;Database=postgres;Target Session Attributes=primary");
    }

    [Theory]
    [InlineData("Select", "From")]
    [InlineData("_", "__")]
    [InlineData("UPPER", "lower")]
    [InlineData("public", "user")]
    public Task Names_may_be_what_SQL_takes_for_something_else(string schema, string table) => WorksAsync(options => (options.Schema, options.Table) = (schema, table));

    [Theory]
    [InlineData("LATIN1")]
    [InlineData("SQL_ASCII")]
    public async Task Database_may_have_another_encoding(string encoding)
    {
        string database = "encoded_" + _table;
        await shared.Server.SqlAsync($"CREATE DATABASE {database} TEMPLATE template0 ENCODING {encoding} LC_COLLATE 'C' LC_CTYPE 'C'");

        await WorksAsync(options => options.ConnectionString = shared.Server.ConnectionString + $";Database={database}");
    }

    [Fact]
    public async Task Connections_that_the_server_closes_when_they_rest_cost_no_read_and_no_write()
    {
        string role = "role_" + _table;
        await shared.Server.SqlAsync($"CREATE ROLE {role} LOGIN; GRANT CREATE ON DATABASE postgres TO {role}");
        await using PostgreSqlStore store = TestStores.Make(shared.Server, _table, options =>
        {
            options.ConnectionString = shared.Server.ConnectionString + $";Username={role}";
            options.Schema = role;
            options.SweepInterval = Timeout.InfiniteTimeSpan;
        });
        await store.SetAsync("key", "value"u8.ToArray(), null, default);
        await shared.Server.SqlAsync($"SELECT count(pg_terminate_backend(pid, 30000)) FROM pg_stat_activity WHERE usename = '{role}'");
        await shared.Server.SqlAsync($"ALTER ROLE {role} SET idle_session_timeout = '100ms'");
        for (int round = 0; round < 6; round++)
        {
            if (round % 2 == 0)
                Assert.True((await store.GetAsync("key", default).Soon()).HasValue);
            else
                await store.SetAsync("key", "value"u8.ToArray(), null, default).Soon();
            await Waiting.UntilAsync(async () => (long)(await shared.Server.SqlAsync($"SELECT count(*) FROM pg_stat_activity WHERE usename = '{role}'"))! == 0, "The server keeps the connection.");
        }
    }

    [Fact]
    public async Task Reads_work_where_writes_are_forbidden_and_writes_say_so()
    {
        await using (PostgreSqlStore writable = TestStores.Make(shared.Server, _table))
            await writable.SetAsync("key", "value"u8.ToArray(), null, default);
        await using PostgreSqlStore store = TestStores.Make(shared.Server, _table, options => options.ConnectionString = shared.Server.ConnectionString + ";Options=-c default_transaction_read_only=on");

        Assert.True((await store.GetAsync("key", default).Soon()).HasValue);
        PostgresException error = await Assert.ThrowsAsync<PostgresException>(() => store.SetAsync("key", "other"u8.ToArray(), null, default).Soon());

        Assert.Equal(PostgresErrorCodes.ReadOnlySqlTransaction, error.SqlState);
        Assert.True((await store.GetAsync("key", default).Soon()).HasValue);
    }

    [Fact]
    public async Task Statement_that_takes_longer_than_the_role_may_fails_and_the_next_works()
    {
        await using (PostgreSqlStore first = TestStores.Make(shared.Server, _table))
            await first.SetAsync("key", "value"u8.ToArray(), null, default);
        await using PostgreSqlStore store = TestStores.Make(shared.Server, _table, options => options.ConnectionString = shared.Server.ConnectionString + ";Options=-c statement_timeout=200");
        await store.GetAsync("key", default).Soon();
        await using var connection = new NpgsqlConnection(shared.Server.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using (NpgsqlTransaction transaction = await connection.BeginTransactionAsync())
        {
            await using var locks = new NpgsqlCommand($"SELECT 1 FROM larder.{_table} FOR UPDATE", connection);
            await locks.ExecuteNonQueryAsync();
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => store.SetAsync("key", "other"u8.ToArray(), null, default).Soon());
        }

        await store.SetAsync("key", "other"u8.ToArray(), null, default).Soon();
    }

    private async Task WorksAsync(Action<PostgreSqlStoreOptions> configure)
    {
        await using PostgreSqlStore store = TestStores.Make(shared.Server, _table, configure);
        await using PostgreSqlStore other = TestStores.Make(shared.Server, _table, configure);
        var heard = new Conformance.RecordingObserver();
        using IDisposable observation = other.Observe(heard);
        await other.GetAsync("waits until the server tells", default).Soon();
        byte[] value = [0, 1, 0x5C, 0x27, 0xFF];
        string key = "'\\x\ud800 \0 ключ";
        string longKey = new('\\', 20_000);
        foreach (string one in (string[])[key, longKey])
        {
            await store.SetAsync(one, value, TimeSpan.FromDays(400), default).Soon();
            Assert.Equal(value, (await other.GetAsync(one, default).Soon())!.Value.ToArray());
            Assert.InRange((await other.GetTimeToLiveAsync(one, default).Soon()).Remaining!.Value, TimeSpan.FromDays(399.9), TimeSpan.FromDays(400.1));
            await Waiting.UntilAsync(() => heard.CountChanged(one) > 0, "The change was not told.");
        }

        await store.SetAsync("gone", value, TimeSpan.FromMilliseconds(1), default).Soon();
        await Waiting.UntilAsync(async () => !(await other.GetAsync("gone", default)).HasValue, "It did not expire.");
        long epoch = await store.BumpEpochAsync("name", default).Soon();
        Assert.Equal(epoch, (await other.GetEpochsAsync(["name"], default).Soon()).Epochs[0]);
        string? lease = await store.TryAcquireLeaseAsync("leased", TimeSpan.FromMinutes(1), default).Soon();
        Assert.Null(await other.TryAcquireLeaseAsync("leased", TimeSpan.FromMinutes(1), default).Soon());
        Assert.True(await store.SetWithLeaseAsync("leased", lease!, value, null, default).Soon());

        await Task.WhenAll(Enumerable.Range(0, 16).Select(writer => Task.Run(async () =>
        {
            for (int i = 0; i < 10; i++)
                await (writer % 2 == 0 ? store : other).SetAsync("together", new byte[] { (byte)writer }, null, default);
        }))).Soon();
        Assert.True(await other.RemoveAsync("together", default).Soon());
        Assert.Equal(2, await other.RemoveManyAsync([key, longKey, "no such"], default).Soon());
    }
}
