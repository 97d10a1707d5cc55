using Larder.Sqlite.Files;
using Larder.Sqlite.Tests.Store;
using Larder.Tests;

namespace Larder.Sqlite.Tests.Files;

/// <summary>What is kept within the bounds, what is given up for it, and what becomes of the space.</summary>
public sealed class BoundsTests : IDisposable
{
    private readonly TemporaryDatabase _database = new();
    private readonly ManualTimeProvider _time = new();

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task Entries_stay_within_their_bound_at_every_commit()
    {
        await using SqliteStore store = Open(options => options.MaxEntries = 50);
        await using SqliteStore onlooker = Open();

        for (int i = 0; i < 20; i++)
        {
            await Task.WhenAll(Enumerable.Range(0, 30).Select(k => store.SetAsync($"key:{i}:{k}", new byte[10], null, default).AsTask()));
            Assert.InRange(await CountAsync(onlooker), 1, 50);
        }

        Assert.Equal(50, store.Statistics.Entries);
        Assert.Equal(550, store.Statistics.Evicted);
    }

    [Fact]
    public async Task Bytes_stay_within_their_bound()
    {
        const int Key = 5, Value = 1000, Entry = Value + (2 * Key) + 64;
        await using SqliteStore store = Open(options => options.MaxBytes = 10 * Entry);

        for (int i = 100; i < 130; i++)
        {
            await store.SetAsync($"k:{i}", new byte[Value], null, default);
            Assert.InRange(store.Statistics.Bytes, 1, 10 * Entry);
        }

        Assert.Equal(10, await CountAsync(store));
        await store.SetAsync("k:129", new byte[3 * Value], null, default); // Grows in its place.
        Assert.Equal(8, await CountAsync(store));
        Assert.NotNull(await store.GetAsync("k:129", default));
    }

    [Fact]
    public async Task Least_recently_used_goes_first()
    {
        await using SqliteStore store = Open(options => options.MaxEntries = 10);
        for (int i = 0; i < 10; i++)
        {
            await store.SetAsync($"key:{i}", new byte[10], null, default);
            _time.Advance(TimeSpan.FromSeconds(2));
        }

        Assert.NotNull(await store.GetAsync("key:0", default));
        Assert.NotNull((await store.GetManyAsync(["key:2"], default))[0]);
        _time.Advance(TimeSpan.FromSeconds(2));
        for (int i = 0; i < 5; i++)
            await store.SetAsync($"new:{i}", new byte[10], null, default);

        string[] kept = await KeysAsync(store);
        Assert.Equal(["key:0", "key:2", "key:7", "key:8", "key:9", "new:0", "new:1", "new:2", "new:3", "new:4"], kept);
    }

    [Fact]
    public async Task Entry_that_is_written_again_counts_as_used()
    {
        await using SqliteStore store = Open(options => options.MaxEntries = 3);
        for (int i = 0; i < 3; i++)
        {
            await store.SetAsync($"key:{i}", new byte[10], null, default);
            _time.Advance(TimeSpan.FromSeconds(2));
        }

        await store.SetAsync("key:0", new byte[10], null, default);
        await store.SetAsync("new:0", new byte[10], null, default);
        await store.SetAsync("new:1", new byte[10], null, default);

        Assert.Equal(["key:0", "new:0", "new:1"], await KeysAsync(store));
    }

    [Fact]
    public async Task Use_by_writing_is_noted_once_a_second()
    {
        await using SqliteStore store = Open();
        long began = await SetAndReadUseAsync();

        _time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Equal(began, await SetAndReadUseAsync());
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(began + 1000, await SetAndReadUseAsync());

        async Task<long> SetAndReadUseAsync()
        {
            await store.SetAsync("key", new byte[10], null, default);
            using Connection connection = _database.Connect();
            return connection.Number("SELECT used FROM entry");
        }
    }

    [Fact]
    public async Task Entry_written_before_the_clock_was_set_back_does_not_stay_the_newest()
    {
        await using SqliteStore store = Open(options => options.MaxEntries = 2);
        await store.SetAsync("old", new byte[10], null, default);
        _time.WallClockOffset = TimeSpan.FromHours(-1);
        await store.SetAsync("old", new byte[10], null, default);
        _time.Advance(TimeSpan.FromSeconds(2));
        await store.SetAsync("recent", new byte[10], null, default);

        await store.SetAsync("new", new byte[10], null, default);

        Assert.Equal(["new", "recent"], await KeysAsync(store));
    }

    [Fact]
    public async Task What_has_expired_goes_before_what_has_not()
    {
        await using SqliteStore store = Open(options =>
        {
            options.MaxEntries = 10;
            options.SweepInterval = TimeSpan.FromDays(1);
        });
        for (int i = 0; i < 10; i++)
            await store.SetAsync($"key:{i}", new byte[10], i >= 7 ? TimeSpan.FromSeconds(1) : null, default);
        _time.Advance(TimeSpan.FromSeconds(5));

        await store.SetAsync("new", new byte[10], null, default);

        Assert.Equal(["key:0", "key:1", "key:2", "key:3", "key:4", "key:5", "key:6", "new"], await KeysAsync(store));
        Assert.Equal((3, 0), (store.Statistics.Expired, store.Statistics.Evicted));
    }

    [Fact]
    public async Task Entry_larger_than_the_bound_is_not_kept_and_takes_the_old_one_along()
    {
        await using SqliteStore store = Open(options => options.MaxBytes = 10_000);
        await store.SetAsync("other", new byte[100], null, default);
        await store.SetAsync("key", new byte[100], null, default);

        await store.SetAsync("key", new byte[20_000], null, default);

        Assert.Null(await store.GetAsync("key", default));
        Assert.NotNull(await store.GetAsync("other", default));
        Assert.Equal((1, 0), (store.Statistics.Refused, store.Statistics.Evicted));
    }

    [Fact]
    public async Task Expired_entries_are_deleted_without_being_asked_for()
    {
        await using SqliteStore store = Open(options => options.SweepInterval = TimeSpan.FromSeconds(1));
        await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => store.SetAsync($"key:{i}", new byte[10], TimeSpan.FromSeconds(30), default).AsTask()));
        await store.SetAsync("stays", new byte[10], null, default);

        _time.Advance(TimeSpan.FromSeconds(31));

        await Waiting.UntilAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1)); // The sweep may have begun to wait only now.
                return store.Statistics.Entries == 1;
            },
            "The expired entries are still in the file.");
        Assert.Equal(1000, store.Statistics.Expired);
    }

    [Fact]
    public async Task Space_of_what_was_removed_is_given_back()
    {
        await using (SqliteStore store = Open(options => options.SweepInterval = TimeSpan.FromSeconds(1)))
        {
            string[] keys = [.. Enumerable.Range(0, 300).Select(i => $"key:{i}")];
            await Task.WhenAll(keys.Select(key => store.SetAsync(key, new byte[40_000], null, default).AsTask()));
            await store.RemoveManyAsync(keys, default);

            await Waiting.UntilAsync(
                () =>
                {
                    _time.Advance(TimeSpan.FromSeconds(1));
                    return store.Statistics.PagesVacuumed > 2500;
                },
                "Nothing was given back.");
        }

        Assert.InRange(new FileInfo(_database.Path).Length, 1, 4_000_000);
    }

    [Fact]
    public async Task Full_disk_loses_nothing_that_was_acknowledged()
    {
        List<string> acknowledged = [];
        await using (SqliteStore store = Open(options => options.MaxPages = 200))
        {
            SqliteStoreException? full = null;
            for (int i = 0; full is null; i++)
            {
                // Together: of a transaction for which there is no room, what still fits is written all the same.
                Task[] writes = [.. Enumerable.Range(0, 8).Select(k => store.SetAsync($"key:{i}:{k}", Bytes($"key:{i}:{k}"), null, default).AsTask())];
                for (int k = 0; k < writes.Length; k++)
                {
                    SqliteStoreException? error = await Record.ExceptionAsync(() => writes[k]) as SqliteStoreException;
                    if (error is null)
                        acknowledged.Add($"key:{i}:{k}");
                    full ??= error;
                }
            }

            Assert.Equal(SqliteFailure.Full, full.Failure);
            Assert.Contains(_database.Path, full.Message, StringComparison.Ordinal);
            await AssertHoldsAsync(store);
            await store.RemoveAsync(acknowledged[0], default); // Room is made, and used.
            await store.SetAsync(acknowledged[0], Bytes(acknowledged[0]), null, default);
        }

        await using SqliteStore again = Open();
        await AssertHoldsAsync(again);
        Assert.True(acknowledged.Count > 20);

        async Task AssertHoldsAsync(SqliteStore store)
        {
            foreach (string key in acknowledged)
                Assert.Equal(Bytes(key), (await store.GetAsync(key, default))!.Value.ToArray());
        }

        static byte[] Bytes(string key)
        {
            byte[] bytes = new byte[10_000];
            new Random(key.Length + key.Sum(c => c * 31)).NextBytes(bytes);
            return bytes;
        }
    }

    private SqliteStore Open(Action<SqliteStoreOptions>? configure = null) => _database.Open(options =>
    {
        options.TimeProvider = _time;
        configure?.Invoke(options);
    });

    private static async Task<int> CountAsync(SqliteStore store) => (await KeysAsync(store)).Length;

    private static async Task<string[]> KeysAsync(SqliteStore store)
    {
        List<string> keys = [];
        await foreach (string key in store.ScanAsync("", default))
            keys.Add(key);
        return [.. keys.Order(StringComparer.Ordinal)];
    }
}
