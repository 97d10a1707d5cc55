using Microsoft.Extensions.DependencyInjection;

namespace Larder.Sqlite.Tests.Store;

/// <summary>Options, and how a cache is put in front of a database.</summary>
public sealed class OptionsTests : IDisposable
{
    private readonly TemporaryDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [Fact]
    public void Everything_that_is_wrong_is_told_at_once()
    {
        var options = new SqliteStoreOptions
        {
            Path = " ",
            Durability = (SqliteDurability)7,
            MaxBytes = 0,
            MaxEntries = -1,
            BusyTimeout = TimeSpan.Zero,
            PollInterval = TimeSpan.FromDays(50),
            SweepInterval = TimeSpan.FromTicks(-1),
            DamagedFilesKept = -1,
            TimeProvider = null!,
        };

        var error = Assert.Throws<InvalidCacheOptionsException>(() => new SqliteStore(options));

        string[] names = ["Path", "Durability", "MaxBytes", "MaxEntries", "BusyTimeout", "PollInterval", "SweepInterval", "DamagedFilesKept", "TimeProvider"];
        Assert.Equal(names.Length, error.Errors.Count);
        Assert.All(names, name => Assert.Contains(error.Errors, one => one.StartsWith($"Sqlite.{name} is ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("")]
    [InlineData(":memory:")]
    [InlineData("a\0b")]
    public void Path_that_names_no_file_is_refused(string path) => Assert.Throws<InvalidCacheOptionsException>(() => new SqliteStore(path));

    [Fact]
    public async Task Cache_finds_what_another_left_in_the_file()
    {
        await using (Cache first = Cache.Create(options => options.UseSqlite(_database.Path)))
            await first.SetAsync("key", "value");
        await using Cache second = Cache.Create(options => options.UseSqlite(_database.Path, sqlite => sqlite.Durability = SqliteDurability.Relaxed));

        Assert.Equal("value", await second.GetOrSetAsync("key", _ => new ValueTask<string>("computed")));
    }

    [Fact]
    public async Task Host_puts_its_cache_in_front_of_a_file()
    {
        var services = new ServiceCollection();
        services.AddLarder().UseSqlite(_database.Path);
        await using (ServiceProvider provider = services.BuildServiceProvider())
            await provider.GetRequiredService<ICache>().SetAsync("key", 1);

        Assert.Contains("cache.db", _database.Files);
        Assert.Throws<InvalidCacheOptionsException>(() => new ServiceCollection().AddLarder().UseSqlite(""));
    }

    [Fact]
    public async Task Disposed_store_says_so_and_leaves_one_file()
    {
        SqliteStore store = _database.Open();
        using (store.Observe(new Conformance.RecordingObserver()))
            await store.SetAsync("key", new byte[1], null, default);
        await store.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => store.GetAsync("key", default).AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => store.SetAsync("key", default, null, default).AsTask());
        Assert.Equal(["cache.db", "cache.db.lock"], _database.Files);
    }

    [Fact]
    public async Task Writers_that_come_together_share_transactions()
    {
        await using SqliteStore store = _database.Open();
        await store.SetAsync("key", new byte[1], null, default);
        long before = store.Statistics.Commits;

        await Task.WhenAll(Enumerable.Range(0, 64).Select(i => Task.Run(async () =>
        {
            for (int k = 0; k < 20; k++)
                await store.SetAsync($"key:{i}:{k}", new byte[100], null, default);
        })));

        Assert.InRange(store.Statistics.Commits - before, 1, 64 * 20 / 3);
        Assert.True(store.Statistics.LargestCommit > 4);
    }
}
