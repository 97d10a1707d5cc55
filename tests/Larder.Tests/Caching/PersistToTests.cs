namespace Larder.Tests.Caching;

public sealed class PersistToTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("larder-");

    private string File => Path.Combine(_folder.FullName, "cache.larder");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task What_was_set_is_there_after_a_restart()
    {
        await using (Cache cache = Open())
        {
            cache.Set("text", "hello");
            cache.Set("number", 42, Timeout.InfiniteTimeSpan);
            cache.Set<string?>("null", null);
            cache.Collection("people").For(new UserContext("7", "acme")).Set("p", new Person("Ada", 36));
        }

        await using (Cache cache = Open())
        {
            Assert.Equal("hello", cache.Get<string>("text"));
            Assert.Equal(42, cache.GetOrSet<int>("number", _ => throw new InvalidOperationException("must not run")));
            Assert.True(cache.TryGet("null", out string? nothing));
            Assert.Null(nothing);
            Assert.Equal(new Person("Ada", 36), cache.Collection("people").For(new UserContext("7", "acme")).Get<Person>("p"));
            Assert.False(cache.Collection("people").For(new UserContext("8", "acme")).Contains("p"));
            Assert.True(cache.GetTimeToLive("number").NeverExpires);
        }
    }

    [Fact]
    public async Task Time_goes_on_while_nobody_runs()
    {
        await using (Cache cache = Open())
        {
            cache.Set("short", 1, TimeSpan.FromMinutes(1));
            cache.Set("long", 2, TimeSpan.FromHours(1));
        }

        _time.Advance(TimeSpan.FromMinutes(2));
        await using (Cache cache = Open())
        {
            Assert.False(cache.Contains("short"));
            Assert.Equal(TimeSpan.FromMinutes(58), cache.GetTimeToLive("long").Remaining);
            Assert.Equal(1, cache.Statistics.Entries);
        }
    }

    [Fact]
    public async Task What_was_saved_on_demand_is_in_the_file_at_once()
    {
        await using Cache cache = Open();
        cache.Set("k", "v");
        await cache.SaveAsync(TestContext.Current.CancellationToken);

        string copy = Path.Combine(_folder.FullName, "copy.larder");
        System.IO.File.Copy(File, copy);
        await using Cache other = Cache.Create(o =>
        {
            o.TimeProvider = _time;
            o.PersistTo(copy);
        });
        Assert.Equal("v", other.Get<string>("k"));
    }

    [Fact]
    public async Task What_was_cleared_does_not_come_back()
    {
        await using (Cache cache = Open())
        {
            cache.Set("a", 1, options: new EntryOptions { Tags = ["t"] });
            cache.Collection("c").Set("b", 2);
            cache.Set("kept", 3);
            await cache.SaveAsync(TestContext.Current.CancellationToken);
            cache.RemoveByTag("t");
            cache.Collection("c").Clear();
        }

        await using (Cache cache = Open())
        {
            Assert.False(cache.Contains("a"));
            Assert.False(cache.Collection("c").Contains("b"));
            Assert.True(cache.Contains("kept"));
        }
    }

    [Fact]
    public async Task Tags_and_validators_survive()
    {
        await using (Cache cache = Open())
        {
            await cache.GetOrSetAsync("k", (entry, ct) =>
            {
                entry.Tags = ["t"];
                entry.ETag = "v1";
                entry.Grace = TimeSpan.FromHours(1);
                return new ValueTask<string>("old");
            });
        }

        _time.Advance(TimeSpan.FromMinutes(10));
        await using (Cache cache = Open())
        {
            string value = await cache.GetOrSetAsync("k", (entry, ct) =>
            {
                Assert.Equal("v1", entry.ETag);
                return new ValueTask<string>(entry.NotModified<string>());
            });
            Assert.Equal("old", value);
            cache.RemoveByTag("t");
        }
    }

    [Fact]
    public async Task A_value_that_cannot_be_serialized_costs_only_itself()
    {
        await using (Cache cache = Open())
        {
            cache.Set<Action>("bad", () => { });
            cache.Set("good", 1);
        }

        await using (Cache cache = Open())
            Assert.Equal((true, false), (cache.Contains("good"), cache.Contains("bad")));
    }

    [Fact]
    public async Task A_second_cache_on_the_same_file_is_an_error_that_names_it()
    {
        await using Cache cache = Open();
        IOException error = Assert.ThrowsAny<IOException>(Open);
        Assert.Contains(File, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cache_without_a_snapshot_cannot_be_saved()
    {
        await using Cache cache = Cache.Create();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await cache.SaveAsync(TestContext.Current.CancellationToken));
    }

    private Cache Open() => Cache.Create(o =>
    {
        o.TimeProvider = _time;
        o.PersistTo(File);
    });

    private sealed record Person(string Name, int Age);
}
