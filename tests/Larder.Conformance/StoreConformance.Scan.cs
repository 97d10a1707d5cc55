using Larder.Stores;

namespace Larder.Conformance;

/// <summary>What a scan lists.</summary>
public abstract partial class StoreConformance
{
    private static readonly string[] LookAlikes =
    [
        "", "a", "A", "ab", "aB", "Ab", "a*", "a*b", "axb", "a?", "a?b", "a[x]", "a[", "ax", @"a\", @"a\b", "a%", "a%b", "a_", "a_b", "a\0", "a\0b",
        "a'", "a\"", "b", "ba", "a\U0001F600", "a\U0001F601", "a\uD83D", "a\uD83E", "a\u00E9", "ae\u0301", "a\uFFFF", "a\uFFFFb", "user:1", "user:10", "user:2", "users:1",
    ];

    [Fact]
    public async Task Scan_of_an_empty_store_lists_nothing()
    {
        ICacheStore store = await ConnectAsync();

        await AssertListsAsync(store, "");
        await AssertListsAsync(store, "a");
    }

    [Fact]
    public async Task Scan_lists_exactly_the_keys_that_begin_with_the_prefix()
    {
        ICacheStore store = await ConnectAsync();
        foreach (string key in LookAlikes)
            await store.SetAsync(key, Text("value"), null, default);

        foreach (string prefix in (string[])[.. LookAlikes, "use", "user", "user:", "*", "?", "[ab]", "%", "_", "nothing"])
        {
            await AssertListsAsync(store, prefix, LookAlikes.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task Scan_lists_all_of_thousands_of_keys()
    {
        ICacheStore store = await ConnectAsync();
        string[] expected = [.. Enumerable.Range(0, 3000).Select(i => $"key:{i}")];
        foreach (string key in expected)
        {
            await store.SetAsync(key, Text("value"), null, default);
            await store.SetAsync("other" + key, Text("value"), null, default);
        }

        await AssertListsAsync(store, "key:", expected);
    }

    [Fact]
    public async Task Scan_misses_no_key_that_stays_while_others_come_and_go()
    {
        ICacheStore store = await ConnectAsync();
        if (!CanList)
        {
            await AssertListsAsync(store, "key:");
            return;
        }

        ICacheStore other = await ConnectAsync();
        string[] staying = [.. Enumerable.Range(0, 1000).Select(i => $"key:{i:0000}:stays")];
        string[] passing = [.. Enumerable.Range(0, 1000).Select(i => $"key:{i:0000}:goes")];
        foreach (string key in (string[])[.. staying, .. passing])
            await store.SetAsync(key, Text("value"), null, default);

        var listed = new List<string>();
        int i = 0;
        await foreach (string key in store.ScanAsync("key:", default))
        {
            // Behind the scan and in front of it: removed at first, then written again, and new ones on top.
            listed.Add(key);
            string changing = passing[i * 7 % passing.Length];
            if (i % 3 != 0)
                await other.RemoveAsync(changing, default);
            else
                await other.SetAsync(changing, Text("again"), null, default);
            if (i % 5 == 0)
                await other.SetAsync($"key:{i * 13 % 1000:0000}:new", Text("value"), null, default);
            i++;
        }

        Assert.Empty(staying.Except(listed));
        Assert.All(listed, key => Assert.StartsWith("key:", key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Scan_can_be_left_half_way()
    {
        ICacheStore store = await ConnectAsync();
        if (!CanList)
        {
            await AssertListsAsync(store, "key:");
            return;
        }

        for (int i = 0; i < 500; i++)
            await store.SetAsync($"key:{i}", Text("value"), null, default);

        for (int i = 0; i < 5; i++)
        {
            await foreach (string key in store.ScanAsync("key:", default))
            {
                Assert.StartsWith("key:", key, StringComparison.Ordinal);
                break;
            }
        }

        Assert.Equal(500, (await ListDistinctAsync(store, "key:")).Length);
    }

    [Fact]
    public async Task Scan_can_be_cancelled_half_way()
    {
        ICacheStore store = await ConnectAsync();
        if (!CanList)
        {
            await AssertListsAsync(store, "key:");
            return;
        }

        for (int i = 0; i < 3000; i++)
            await store.SetAsync($"key:{i}", Text("value"), null, default);
        using var cancellation = new CancellationTokenSource();
        int listed = 0;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (string key in store.ScanAsync("key:", cancellation.Token))
            {
                if (++listed == 1)
                    await cancellation.CancelAsync();
            }
        });

        Assert.InRange(listed, 1, 2999);
        Assert.Equal(3000, (await ListDistinctAsync(store, "key:")).Length);
    }
}
