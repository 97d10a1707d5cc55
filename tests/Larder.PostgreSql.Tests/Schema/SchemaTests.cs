using Larder.PostgreSql.Schema;
using Larder.PostgreSql.Tests.Servers;
using Larder.PostgreSql.Tests.Store;
using Npgsql;

namespace Larder.PostgreSql.Tests.Schema;

/// <summary>How the tables come about.</summary>
public sealed class SchemaTests(SharedServer shared)
{
    private readonly string _table = shared.NewTable();

    [Fact]
    public async Task Many_who_start_together_make_the_tables_once()
    {
        string schema = "together_" + _table;
        PostgreSqlStore[] stores = [.. Enumerable.Range(0, 12).Select(_ => TestStores.Make(shared.Server, _table, options => options.Schema = schema))];

        await Task.WhenAll(stores.Select((store, i) => store.SetAsync($"key:{i}", "value"u8.ToArray(), null, default).AsTask())).Soon();

        Assert.Equal(0, stores.Sum(store => store.Statistics.Failures));
        Assert.Equal(12L, await shared.Server.SqlAsync($"SELECT count(*) FROM {schema}.{_table}"));
        Assert.Equal(PostgreSqlSchema.Version, await shared.Server.SqlAsync($"SELECT version FROM {schema}.larder_versions WHERE name = '{_table}'"));
        foreach (PostgreSqlStore store in stores)
            await store.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Script_makes_exactly_what_a_store_makes(bool unlogged)
    {
        await using PostgreSqlServer own = await PostgreSqlServer.StartAsync();
        await own.SqlAsync("CREATE DATABASE by_store");
        await own.SqlAsync("CREATE DATABASE by_hand");
        await using (PostgreSqlStore store = At(own, "by_store", options => options.Unlogged = unlogged))
            await store.SetAsync("key", "value"u8.ToArray(), null, default);

        await SqlAsync(own, "by_hand", PostgreSqlSchema.Script(new PostgreSqlStoreOptions { Unlogged = unlogged }));

        string made = await CatalogAsync(own, "by_store");
        Assert.Contains("larder_versions", made);
        Assert.Contains($"cache {(unlogged ? 'u' : 'p')}", made);
        Assert.Contains("cache_epochs p", made);
        Assert.Equal(made, await CatalogAsync(own, "by_hand"));
        // And a store that may not make anything works with it.
        await using PostgreSqlStore user = At(own, "by_hand", options => options.CreateSchema = false);
        await user.SetAsync("key", "value"u8.ToArray(), null, default);
        Assert.True((await user.GetAsync("key", default)).HasValue);
    }

    [Fact]
    public async Task Store_that_may_not_make_tables_says_what_to_do()
    {
        await using PostgreSqlStore store = TestStores.Make(shared.Server, _table, options =>
        {
            options.Schema = "absent";
            options.CreateSchema = false;
        });

        var error = await Assert.ThrowsAsync<PostgreSqlSchemaException>(() => store.GetAsync("key", default).Soon());

        Assert.Contains("'absent." + _table, error.Message);
        Assert.Contains("PostgreSqlSchema.Script", error.Message);
    }

    [Fact]
    public async Task Role_with_no_more_rights_than_documented_can_use_the_tables()
    {
        await using (PostgreSqlStore owner = TestStores.Make(shared.Server, _table))
            await owner.SetAsync("key", "value"u8.ToArray(), null, default);
        await shared.Server.SqlAsync($"""
            CREATE ROLE role_{_table} LOGIN;
            GRANT USAGE ON SCHEMA larder TO role_{_table};
            GRANT SELECT ON larder.larder_versions TO role_{_table};
            GRANT SELECT, INSERT, UPDATE, DELETE ON larder.{_table}, larder.{_table}_epochs TO role_{_table};
            """);
        await using PostgreSqlStore store = TestStores.Make(shared.Server, _table, options => options.ConnectionString = options.ConnectionString!.Replace("Username=postgres", $"Username=role_{_table}"));
        var observer = new Conformance.RecordingObserver();
        using IDisposable observation = store.Observe(observer);

        Assert.True((await store.GetAsync("key", default)).HasValue);
        await store.SetAsync("key", "new"u8.ToArray(), TimeSpan.FromMilliseconds(10), default);
        await store.BumpEpochAsync("name", default);
        string? lease = await store.TryAcquireLeaseAsync("leased", TimeSpan.FromHours(1), default);
        await store.ReleaseLeaseAsync("leased", lease!, default);
        await Waiting.UntilAsync(() => store.Statistics.Swept > 0, "Nothing was swept.");
        await Waiting.UntilAsync(() => observer.CountChanged("key") > 0, "Nothing was told.");
        Assert.Equal(0, store.Statistics.Failures);
    }

    [Fact]
    public async Task Tables_that_somebody_drops_are_made_again()
    {
        string schema = "dropped_" + _table;
        await using PostgreSqlStore store = TestStores.Make(shared.Server, _table, options =>
        {
            options.Schema = schema;
            options.SweepInterval = Timeout.InfiniteTimeSpan; // It would be the one call that fails.
        });
        await store.SetAsync("key", "value"u8.ToArray(), null, default);

        await shared.Server.SqlAsync($"DROP SCHEMA {schema} CASCADE");

        await Assert.ThrowsAsync<PostgresException>(() => store.GetAsync("key", default).Soon());
        Assert.False((await store.GetAsync("key", default).Soon()).HasValue);
        await store.SetAsync("key", "value"u8.ToArray(), null, default).Soon();
        Assert.True((await store.GetAsync("key", default)).HasValue);
    }

    [Fact]
    public async Task Later_version_is_reached_step_by_step_and_once()
    {
        await using (PostgreSqlStore before = TestStores.Make(shared.Server, _table))
            await before.SetAsync("key", "value"u8.ToArray(), null, default);
        Migration[] longer =
        [
            .. Migrations.All,
            new(Migrations.Latest + 1, Serves: 1, (names, _) => $"ALTER TABLE {names.Entries} ADD COLUMN note text NOT NULL DEFAULT '';"),
            new(Migrations.Latest + 2, Serves: 1, (names, _) => $"ALTER TABLE {names.Entries} RENAME COLUMN note TO remark;"),
        ];

        PostgreSqlStore[] stores = [.. Enumerable.Range(0, 6).Select(_ => Make(longer))];
        await Task.WhenAll(stores.Select(store => store.GetAsync("key", default).AsTask())).Soon();

        Assert.Equal(0, stores.Sum(store => store.Statistics.Failures));
        Assert.Equal("", await shared.Server.SqlAsync($"SELECT remark FROM larder.{_table}"));
        Assert.Equal(Migrations.Latest + 2, await shared.Server.SqlAsync($"SELECT version FROM larder.larder_versions WHERE name = '{_table}'"));
        foreach (PostgreSqlStore store in stores)
            await store.DisposeAsync();
        // The program of before still works with them: the newer version says that it serves it.
        await using PostgreSqlStore older = TestStores.Make(shared.Server, _table);
        await older.SetAsync("key", "value"u8.ToArray(), null, default);
        Assert.True((await older.GetAsync("key", default)).HasValue);
    }

    [Fact]
    public async Task Version_that_does_not_serve_this_program_is_refused()
    {
        Migration[] longer = [.. Migrations.All, new(Migrations.Latest + 1, Serves: Migrations.Latest + 1, (names, _) => $"ALTER TABLE {names.Entries} RENAME COLUMN lease TO holder;")];
        await using (PostgreSqlStore newer = Make(longer))
            await newer.GetAsync("key", default).Soon();
        await using PostgreSqlStore older = TestStores.Make(shared.Server, _table);

        var error = await Assert.ThrowsAsync<PostgreSqlSchemaException>(() => older.GetAsync("key", default).Soon());

        Assert.Contains("Use a newer", error.Message);
    }

    [Fact]
    public async Task Migration_that_fails_leaves_everything_as_it_was()
    {
        await using (PostgreSqlStore before = TestStores.Make(shared.Server, _table))
            await before.SetAsync("key", "value"u8.ToArray(), null, default);
        Migration[] broken = [.. Migrations.All, new(Migrations.Latest + 1, Serves: 1, (names, _) => $"ALTER TABLE {names.Entries} ADD COLUMN note text; SELECT 1 / 0;")];
        await using (PostgreSqlStore failing = Make(broken))
            await Assert.ThrowsAsync<PostgresException>(() => failing.GetAsync("key", default).Soon());

        Assert.Equal(0L, await shared.Server.SqlAsync($"SELECT count(*) FROM information_schema.columns WHERE table_name = '{_table}' AND column_name = 'note'"));
        await using PostgreSqlStore after = TestStores.Make(shared.Server, _table);
        Assert.True((await after.GetAsync("key", default)).HasValue);
    }

    [Fact]
    public void Script_takes_only_versions_that_there_are()
    {
        var options = new PostgreSqlStoreOptions();
        Assert.Throws<ArgumentOutOfRangeException>(() => PostgreSqlSchema.Script(options, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => PostgreSqlSchema.Script(options, PostgreSqlSchema.Version + 1));
        Assert.Throws<InvalidCacheOptionsException>(() => PostgreSqlSchema.Script(options with { Table = "a\"; DROP TABLE b" }));
        Assert.DoesNotContain("CREATE TABLE", PostgreSqlSchema.Script(options, PostgreSqlSchema.Version));
    }

    private PostgreSqlStore Make(Migration[] migrations) => new(
        new PostgreSqlStoreOptions { ConnectionString = shared.Server.ConnectionString, Table = _table, CommandTimeout = TimeSpan.FromSeconds(20), ConnectTimeout = TimeSpan.FromSeconds(20) },
        migrations);

    private static string In(PostgreSqlServer server, string database) => server.ConnectionString.Replace("Database=postgres", $"Database={database};Pooling=false");

    private static PostgreSqlStore At(PostgreSqlServer server, string database, Action<PostgreSqlStoreOptions> configure) =>
        TestStores.Make(server, "cache", options =>
        {
            options.ConnectionString = In(server, database);
            configure(options);
        });

    private static async Task<string> SqlAsync(PostgreSqlServer server, string database, string text)
    {
        await using var connection = new NpgsqlConnection(In(server, database));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(text, connection);
        return await command.ExecuteScalarAsync() as string ?? "";
    }

    // Whatever the catalog knows of the schema.
    private static Task<string> CatalogAsync(PostgreSqlServer server, string database) => SqlAsync(server, database, """
        SELECT string_agg(what, E'\n' ORDER BY what) FROM (
            SELECT relname || ' ' || relpersistence::text || ' ' || relkind::text || ' ' || coalesce(reloptions::text, '') || ' ' || coalesce(obj_description(oid, 'pg_class'), '') FROM pg_class WHERE relnamespace = 'larder'::regnamespace
            UNION ALL SELECT attrelid::regclass::text || '.' || attname || ' ' || attnum || ' ' || atttypid::regtype::text || ' ' || attnotnull::text || ' ' || attstorage::text || ' ' || coalesce(pg_get_expr(adbin, adrelid), '') || ' ' || coalesce(col_description(attrelid, attnum), '')
                FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE relnamespace = 'larder'::regnamespace AND attnum > 0
            UNION ALL SELECT pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE relnamespace = 'larder'::regnamespace
            UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'larder'::regnamespace
            UNION ALL SELECT pg_get_triggerdef(pg_trigger.oid) FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE relnamespace = 'larder'::regnamespace
            UNION ALL SELECT name || ' ' || version || ' ' || serves FROM larder.larder_versions) AS known (what)
        """);
}
