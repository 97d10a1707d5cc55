using Larder.Tests.Caching;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Logging;

namespace Larder.Tests.Hybrid;

/// <summary>Which keys and tags are taken, and what removes entries.</summary>
public sealed class HybridKeyAndTagTests
{
    private const int Refused = 500;
    private const int Malformed = 501;

    public static TheoryData<string?> RefusedKeys => [(string?)null, "", "  ", "\t", "a\0c", "a\x1F", new string('k', 1025)];

    [Theory]
    [MemberData(nameof(RefusedKeys))]
    public async Task Under_a_key_that_is_refused_the_factory_runs_uncached_and_the_log_says_so(string? key)
    {
        await using var bed = new HybridBed(StoreKind.Plain);

        Assert.Equal(1, await bed.Ask(key!, 1));
        Assert.Equal(2, await bed.Ask(key!, 2));
        Assert.Equal(0, await bed.Ask(key!, 3, new HybridCacheEntryOptions { Flags = HybridCacheEntryFlags.DisableUnderlyingData }));
        await bed.Cache.SetAsync(key!, 4);

        Assert.Equal(5, await bed.Ask(key!, 5));
        Assert.Equal(3, bed.Runs);
        Assert.Equal(5, bed.Logs.Log.Lines.Count(line => line is { Id: Refused, Level: LogLevel.Error }));
        Assert.Equal(0, bed.Bed.Store.Count());
    }

    [Theory]
    [InlineData("a c")]
    [InlineData("\x7F")]
    [InlineData("ключ:日本")]
    public async Task Any_other_key_is_taken(string key)
    {
        await using var bed = new HybridBed(StoreKind.Plain);

        await bed.Ask(key, 1);

        Assert.Equal(1, await bed.Ask(key, 2, cache: bed.Another()));
        Assert.Empty(bed.Logs.Log.Lines);
    }

    [Fact]
    public async Task The_longest_key_is_an_option()
    {
        await using var bed = new HybridBed(options: new LarderHybridCacheOptions { MaximumKeyLength = 3 });

        await bed.Ask("abc", 1);
        await bed.Ask("abcd", 1);

        Assert.Equal(1, await bed.Ask("abc", 2));
        Assert.Equal(2, await bed.Ask("abcd", 2));
    }

    // Not as the theory's data, which does not survive as it is.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_not_well_formed_text_stays_in_memory_and_the_log_says_so(bool isKey)
    {
        string key = isKey ? "my\uD801\uD802key" : "key";
        string tag = isKey ? "tag" : "my\uDC00tag";
        await using var bed = new HybridBed(StoreKind.Plain);

        await bed.Ask(key, 1, tags: [tag]);
        await bed.Cache.SetAsync(key, 2, tags: [tag]);

        Assert.Equal(2, await bed.Ask(key, 3));
        Assert.Equal(4, await bed.Ask(key, 4, cache: bed.Another()));
        Assert.Contains(bed.Logs.Log.Lines, line => line is { Id: Malformed, Level: LogLevel.Error });
        Assert.DoesNotContain(bed.Bed.Store.Calls, call => call.Keys.Any(stored => stored.EndsWith(key, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Without_a_store_malformed_text_is_text()
    {
        await using var bed = new HybridBed();

        await bed.Ask("\uD801", 1, tags: ["\uDC00"]);

        Assert.Equal(1, await bed.Ask("\uD801", 2));
        await bed.Cache.RemoveByTagAsync("\uDC00");
        Assert.Equal(2, await bed.Ask("\uD801", 2));
        Assert.Empty(bed.Logs.Log.Lines);
    }

    [Theory]
    [InlineData(StoreKind.None)]
    [InlineData(StoreKind.Plain)]
    [InlineData(StoreKind.Capable)]
    public async Task Removing_keys_removes_those_and_no_others(StoreKind kind)
    {
        await using var bed = new HybridBed(kind);
        foreach (string key in new[] { "a", "b", "c", "d" })
            await bed.Ask(key, 1);

        await bed.Cache.RemoveAsync("a");
        await bed.Cache.RemoveAsync(["b", "c", "unrelated"]);
        await bed.Cache.RemoveAsync([]);
        await bed.Cache.RemoveAsync((IEnumerable<string>)null!);
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await bed.Cache.RemoveAsync((string)null!));

        Assert.Equal((int[])[2, 2, 2, 1], await AskAllAsync(bed, bed.Cache, 2, "a", "b", "c", "d"));
    }

    [Theory]
    [InlineData(StoreKind.None)]
    [InlineData(StoreKind.Plain)]
    [InlineData(StoreKind.Capable)]
    public async Task Removing_a_tag_removes_what_carries_it(StoreKind kind)
    {
        await using var bed = new HybridBed(kind);
        await bed.Ask("one", 1, tags: ["a"]);
        await bed.Ask("both", 1, tags: ["a", "b"]);
        await bed.Ask("other", 1, tags: ["b"]);
        await bed.Ask("none", 1);
        await bed.Cache.SetAsync("set", 1, tags: new Queue<string>(["a", "a"]));

        await bed.Cache.RemoveByTagAsync("a");
        await bed.Cache.RemoveByTagAsync("unknown");

        HybridCache other = bed.Another();
        Assert.Equal((int[])[2, 2, 1, 1, 2], await AskAllAsync(bed, bed.Cache, 2, "one", "both", "other", "none", "set"));
        if (kind != StoreKind.None)
            Assert.Equal((int[])[2, 2, 1, 1], await AskAllAsync(bed, other, 3, "one", "both", "other", "none"));
    }

    [Fact]
    public async Task Removing_several_tags_removes_each()
    {
        await using var bed = new HybridBed();
        await bed.Ask("a", 1, tags: ["a"]);
        await bed.Ask("b", 1, tags: ["b"]);

        await bed.Cache.RemoveByTagAsync(["a", "b"]);

        Assert.Equal(2, await bed.Ask("a", 2));
        Assert.Equal(2, await bed.Ask("b", 2));
    }

    [Fact]
    public async Task The_star_removes_everything_of_the_HybridCache_and_nothing_else()
    {
        await using var bed = new HybridBed(StoreKind.Plain);
        await bed.Ask("plain", 1);
        await bed.Ask("tagged", 1, tags: ["a"]);
        bed.Bed.Cache.Set("mine", 1);

        await bed.Cache.RemoveByTagAsync("*");

        Assert.Equal(2, await bed.Ask("plain", 2));
        Assert.Equal(2, await bed.Ask("tagged", 2, tags: ["a"]));
        Assert.Equal(2, await bed.Ask("plain", 3));
        Assert.Equal(1, bed.Bed.Cache.Get<int>("mine"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    public async Task No_tag_removes_nothing(string? tag)
    {
        await using var bed = new HybridBed();
        await bed.Ask("key", 1);

        await bed.Cache.RemoveByTagAsync(tag!);

        Assert.Equal(1, await bed.Ask("key", 2));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("*")]
    public async Task An_entry_cannot_carry_an_empty_tag_or_the_star(string tag)
    {
        await using var bed = new HybridBed();

        await Assert.ThrowsAsync<ArgumentException>(async () => await bed.Ask("key", 1, tags: ["fine", tag]));
        await Assert.ThrowsAsync<ArgumentException>(async () => await bed.Cache.SetAsync("key", 1, tags: [tag]));
    }

    [Fact]
    public async Task What_a_factory_computes_from_before_a_removal_is_not_kept()
    {
        await using var bed = new HybridBed(StoreKind.Plain);
        var gate = new FactoryGate<int>(1);
        Task<int> slow = bed.Cache.GetOrCreateAsync("key", gate.RunAsync, tags: ["a"]).AsTask();
        await gate.Started;

        await bed.Cache.RemoveByTagAsync("a");
        await gate.OpenAsync();

        Assert.Equal(1, await slow.Soon());
        Assert.Equal(2, await bed.Ask("key", 2, tags: ["a"]));
    }

    private static async Task<int[]> AskAllAsync(HybridBed bed, HybridCache cache, int value, params string[] keys)
    {
        int[] found = new int[keys.Length];
        for (int i = 0; i < keys.Length; i++)
            found[i] = await bed.Ask(keys[i], value, cache: cache);
        return found;
    }
}
