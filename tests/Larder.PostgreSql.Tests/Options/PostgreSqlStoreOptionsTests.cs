using Larder.PostgreSql.Tests.Servers;
using Larder.PostgreSql.Tests.Store;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Larder.PostgreSql.Tests.Options;

public sealed class PostgreSqlStoreOptionsTests(SharedServer shared)
{
    private const string Somewhere = "Host=localhost;Database=app;Password=secret";

    private readonly string _table = shared.NewTable();

    [Fact]
    public void Everything_that_is_wrong_is_told_at_once()
    {
        var options = new PostgreSqlStoreOptions
        {
            ConnectionString = Somewhere,
            Schema = "1st",
            Table = "a b",
            ConnectTimeout = TimeSpan.Zero,
            CommandTimeout = TimeSpan.FromDays(2),
            HeartbeatInterval = TimeSpan.FromTicks(-1),
            ReconnectDelay = TimeSpan.FromSeconds(10),
            SweepInterval = TimeSpan.Zero,
            SweepBatch = 0,
        };

        var error = Assert.Throws<InvalidCacheOptionsException>(() => new PostgreSqlStore(options));

        Assert.Equal(8, error.Errors.Count);
        foreach (string name in (string[])["Schema is '1st'", "Table is 'a b'", "ConnectTimeout is", "CommandTimeout is", "HeartbeatInterval is", "MaxReconnectDelay is", "SweepInterval is", "SweepBatch is 0"])
            Assert.Contains(error.Errors, one => one.Contains("PostgreSql." + name, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("Host=localhost;Port=secret")]
    [InlineData("Password=secret")]
    [InlineData("Hosst=localhost;Password=secret")]
    [InlineData("")]
    public void Text_that_is_no_connection_string_is_refused_and_not_repeated(string text)
    {
        var error = Assert.Throws<InvalidCacheOptionsException>(() => new PostgreSqlStore(text));

        Assert.Contains("PostgreSql.ConnectionString", error.Message);
        Assert.DoesNotContain("secret", error.Message);
    }

    [Theory]
    [InlineData("Host=localhost;Target Session Attributes=primary;Password=secret", "multiple hosts")]
    [InlineData("Host=localhost;Minimum Pool Size=5;Maximum Pool Size=1;Password=secret", "PostgreSql.ConnectionString cannot be read")]
    public void What_does_not_go_together_in_a_connection_string_is_told_at_once(string text, string expected)
    {
        InvalidCacheOptionsException error = Assert.Throws<InvalidCacheOptionsException>(() => new PostgreSqlStore(text));

        Assert.Contains("PostgreSql.ConnectionString", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Multiplexing=true", "PostgreSql.DataSource multiplexes; it must have Multiplexing=false")]
    [InlineData("Maximum Pool Size=1", "PostgreSql.DataSource has a Maximum Pool Size of 1; it must be 2 or more")]
    public async Task Borrowed_connections_that_would_never_do_are_refused(string setting, string expected)
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(shared.Server.ConnectionString + ";" + setting);

        InvalidCacheOptionsException error = Assert.Throws<InvalidCacheOptionsException>(() => new PostgreSqlStore(new PostgreSqlStoreOptions { DataSource = source }));

        Assert.StartsWith(expected, Assert.Single(error.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Table_of_the_versions_is_no_table_of_entries()
    {
        InvalidCacheOptionsException error = Assert.Throws<InvalidCacheOptionsException>(() => new PostgreSqlStore(new PostgreSqlStoreOptions { ConnectionString = "Host=a", Table = "larder_versions" }));

        Assert.Contains("holds the versions", Assert.Single(error.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Options_in_a_log_do_not_tell_the_password() =>
        Assert.DoesNotContain("secret", new PostgreSqlStoreOptions { ConnectionString = "Host=a;Password=secret" }.ToString(), StringComparison.Ordinal);

    [Fact]
    public async Task Exactly_one_of_connection_string_and_data_source_is_needed()
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(Somewhere);
        Assert.Contains("both null", Assert.Throws<InvalidCacheOptionsException>(() => new PostgreSqlStore(new PostgreSqlStoreOptions())).Message);
        Assert.Contains("both set", Assert.Throws<InvalidCacheOptionsException>(() => new PostgreSqlStore(new PostgreSqlStoreOptions { ConnectionString = Somewhere, DataSource = source })).Message);
    }

    [Fact]
    public void Names_that_would_not_fit_are_refused()
    {
        var options = new PostgreSqlStoreOptions { ConnectionString = Somewhere, Schema = new string('s', 40), Table = "too_long_" };
        Assert.Contains("49 characters", Assert.Throws<InvalidCacheOptionsException>(() => new PostgreSqlStore(options)).Message);
    }

    [Fact]
    public async Task Longest_names_fit()
    {
        await using PostgreSqlStore store = TestStores.Make(shared.Server, new string('t', 24), options => options.Schema = new string('s', 24));
        var observer = new Conformance.RecordingObserver();
        using IDisposable observation = store.Observe(observer);
        await using PostgreSqlStore other = TestStores.Make(shared.Server, new string('t', 24), options => options.Schema = new string('s', 24));
        await store.GetAsync("key", default);

        await other.SetAsync("key", "value"u8.ToArray(), null, default);

        await Waiting.UntilAsync(() => observer.CountChanged("key") > 0, "Nothing was told.");
    }

    [Fact]
    public async Task Borrowed_connections_are_used_and_left_alone()
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(shared.Server.ConnectionString + ";Maximum Pool Size=4");
        var observer = new Conformance.RecordingObserver();
        await using (PostgreSqlStore store = TestStores.Make(shared.Server, _table, options => (options.ConnectionString, options.DataSource) = (null, source)))
        {
            using IDisposable observation = store.Observe(observer);
            await store.GetAsync("key", default);
            await using (PostgreSqlStore other = TestStores.Make(shared.Server, _table))
                await other.SetAsync("key", "value"u8.ToArray(), null, default);
            await Waiting.UntilAsync(() => observer.CountChanged("key") > 0, "Nothing was told.");
        }

        // It works on, and no connection in it still listens.
        for (int i = 0; i < 8; i++)
        {
            await Waiting.UntilAsync(async () =>
            {
                await using NpgsqlConnection connection = await source.OpenConnectionAsync();
                await using var command = new NpgsqlCommand("SELECT count(*) FROM pg_listening_channels()", connection);
                return (long)(await command.ExecuteScalarAsync())! == 0;
            }, "A connection that was given back still listens.");
        }
    }

    [Fact]
    public async Task Cache_of_a_host_uses_the_hosts_data_source()
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(shared.Server.ConnectionString);
        var services = new ServiceCollection();
        services.AddSingleton(source);
        services.AddLarder().UsePostgreSql(configure: options => options.Table = _table);
        await using ServiceProvider provider = services.BuildServiceProvider();

        await provider.GetRequiredService<ICache>().SetAsync("key", "value").Soon();

        Assert.Equal(1L, await shared.Server.SqlAsync($"SELECT count(*) FROM larder.{_table}"));
    }

    [Fact]
    public async Task Cache_is_made_in_one_line()
    {
        await using Cache cache = Cache.Create(options => options.UsePostgreSql(shared.Server.ConnectionString, store => store.Table = _table));
        await cache.SetAsync("key", "value").Soon();

        Assert.Equal(1L, await shared.Server.SqlAsync($"SELECT count(*) FROM larder.{_table}"));
    }

    [Fact]
    public async Task Ambient_transaction_that_is_rolled_back_takes_nothing_with_it()
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(shared.Server.ConnectionString);
        await using PostgreSqlStore own = TestStores.Make(shared.Server, _table);
        await using PostgreSqlStore borrowing = TestStores.Make(shared.Server, _table, options => (options.ConnectionString, options.DataSource) = (null, source));
        using (new System.Transactions.TransactionScope(System.Transactions.TransactionScopeAsyncFlowOption.Enabled))
        {
            await own.SetAsync("own", "value"u8.ToArray(), null, default);
            await borrowing.SetAsync("borrowed", "value"u8.ToArray(), null, default);
            // Not completed.
        }

        Assert.True((await own.GetAsync("own", default)).HasValue);
        Assert.True((await own.GetAsync("borrowed", default)).HasValue);
    }
}
