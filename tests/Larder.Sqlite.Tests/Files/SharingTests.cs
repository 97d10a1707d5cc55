using Larder.Sqlite.Files;
using Larder.Sqlite.Tests.Store;

namespace Larder.Sqlite.Tests.Files;

/// <summary>Several stores write one file: what one remembers of it is no longer so when another has written.</summary>
public sealed class SharingTests : IDisposable
{
    private readonly TemporaryDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [Theory]
    [InlineData(SqliteDurability.Durable)]
    [InlineData(SqliteDurability.Relaxed)]
    public async Task Stores_in_turn_count_what_is_in_the_file(SqliteDurability durability)
    {
        await using SqliteStore one = Open(durability);
        await using SqliteStore other = Open(durability);
        var random = new Random(6);
        HashSet<int> held = [];

        for (int i = 0; i < 500; i++)
        {
            SqliteStore store = random.Next(3) == 0 ? other : one;
            int key = random.Next(40);
            if (random.Next(3) == 0)
                Assert.Equal(held.Remove(key), await store.RemoveAsync($"key:{key}", default));
            else
            {
                await store.SetAsync($"key:{key}", new byte[random.Next(2000)], null, default);
                held.Add(key);
            }

            Assert.Equal(held.Count, store.Statistics.Entries);
        }

        using Connection connection = _database.Connect();
        Assert.Equal(held.Count, connection.Number("SELECT entries FROM state"));
        Assert.Equal(connection.Number("SELECT sum(length(value) + 2 * length(key) + 64) FROM entry"), connection.Number("SELECT bytes FROM state"));
    }

    [Fact]
    public async Task Each_store_keeps_its_own_bounds_when_it_writes()
    {
        await using SqliteStore large = _database.Open(options => (options.MaxEntries, options.Durability) = (1000, SqliteDurability.Relaxed));
        await using SqliteStore small = _database.Open(options => options.MaxEntries = 10);
        for (int i = 0; i < 50; i++)
            await large.SetAsync($"large:{i}", new byte[1], null, default);
        Assert.Equal(50, await CountAsync(large));

        await small.SetAsync("small", new byte[1], null, default);

        Assert.Equal(10, await CountAsync(large));
        Assert.NotNull(await large.GetAsync("small", default));
        await large.SetAsync("one more", new byte[1], null, default);
        Assert.Equal(11, await CountAsync(small));

        static async Task<int> CountAsync(SqliteStore store)
        {
            int count = 0;
            await foreach (string _ in store.ScanAsync("", default))
                count++;
            return count;
        }
    }

    [Fact]
    public async Task Write_ends_a_lease_that_another_store_has_taken_since_the_last_write()
    {
        await using SqliteStore one = Open(SqliteDurability.Relaxed);
        await using SqliteStore other = Open(SqliteDurability.Relaxed);
        for (int i = 0; i < 3; i++)
        {
            await one.SetAsync("key", new byte[10], null, default);
            await one.SetAsync("key", new byte[10], null, default);
            string lease = (await other.TryAcquireLeaseAsync("key", TimeSpan.FromMinutes(5), default))!;

            await one.SetAsync("key", new byte[20], null, default);

            Assert.False(await other.SetWithLeaseAsync("key", lease, new byte[30], null, default));
            Assert.Equal(20, (await other.GetAsync("key", default))!.Value.Length);
        }
    }

    [Fact]
    public async Task Epochs_of_stores_in_turn_never_repeat()
    {
        await using SqliteStore one = Open(SqliteDurability.Relaxed);
        await using SqliteStore other = Open(SqliteDurability.Relaxed);
        List<long> epochs = [];

        for (int i = 0; i < 30; i++)
            epochs.Add(await (i % 3 == 0 ? other : one).BumpEpochAsync("name", default));

        Assert.Equal(epochs.Distinct().Order(), epochs);
    }

    [Fact]
    public async Task Transaction_that_fails_leaves_nothing_remembered()
    {
        await using SqliteStore store = _database.Open(options => options.MaxPages = 60);
        int held = 0;
        for (int i = 0; i < 20; i++)
        {
            // Together: what comes before the one for which there is no room is undone with it.
            Task[] writes = [.. Enumerable.Range(0, 8).Select(k => store.SetAsync($"key:{i}:{k}", new byte[10_000], null, default).AsTask())];
            foreach (Task write in writes)
            {
                if (await Record.ExceptionAsync(() => write) is null)
                    held++;
            }
        }

        Assert.InRange(held, 1, 50);
        await store.SetAsync("key:0:0", new byte[10], null, default);
        Assert.Equal(held, store.Statistics.Entries);
        using Connection connection = _database.Connect();
        Assert.Equal(held, connection.Number("SELECT count(*) FROM entry"));
        Assert.Equal(held, connection.Number("SELECT entries FROM state"));
    }

    private SqliteStore Open(SqliteDurability durability) => _database.Open(options => options.Durability = durability);
}
