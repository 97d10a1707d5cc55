using Larder.Stores;

namespace Larder.Conformance;

/// <summary>What <see cref="ICacheStore"/> means: bytes, keys and the shape of answers. Time, scans and concurrency are in the other parts.</summary>
public abstract partial class StoreConformance : ConformanceTest
{
    [Fact]
    public async Task Store_has_a_name()
    {
        ICacheStore store = await ConnectAsync();

        Assert.NotEmpty(store.Name);
    }

    /// <summary>The longest value that the store takes. A longer one is an error that says so, and changes nothing.</summary>
    protected virtual int LongestValue => int.MaxValue;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(65_537)]
    [InlineData(1024 * 1024)]
    [InlineData(16 * 1024 * 1024)]
    public async Task Stored_bytes_come_back_exactly(int length)
    {
        ICacheStore store = await ConnectAsync();
        byte[] value = RandomBytes(length);
        if (length > LongestValue)
        {
            await store.SetAsync("key", Text("old"), null, default);
            Exception error = await Assert.ThrowsAnyAsync<Exception>(() => store.SetAsync("key", value, null, default).AsTask());
            Assert.Contains($"{length}", error.Message.Replace(",", "", StringComparison.Ordinal), StringComparison.Ordinal);
            await AssertHoldsAsync(store, "key", Text("old"));
            return;
        }

        await store.SetAsync("key", value, null, default);

        await AssertHoldsAsync(store, "key", value);
        await AssertHoldsAsync(await ConnectAsync(), "key", value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0")]
    [InlineData("nil")]
    [InlineData("null")]
    [InlineData("\r\n")]
    [InlineData("$-1\r\n")]
    [InlineData("'; --")]
    public async Task Value_that_looks_like_nothing_is_an_entry(string text)
    {
        ICacheStore store = await ConnectAsync();

        await store.SetAsync("key", Text(text), null, default);

        await AssertHoldsAsync(store, "key", Text(text));
        ReadOnlyMemory<byte>? many = (await store.GetManyAsync(["key"], default))[0];
        Assert.True(many.HasValue);
        AssertSame(Text(text), many.Value);
        Assert.True(await store.RemoveAsync("key", default));
    }

    [Fact]
    public async Task Key_never_written_is_missing()
    {
        ICacheStore store = await ConnectAsync();

        await AssertMissingAsync(store, "key");
        Assert.Equal(StoreTimeToLive.Missing, await store.GetTimeToLiveAsync("key", default));
    }

    [Fact]
    public async Task Set_replaces_the_value()
    {
        ICacheStore store = await ConnectAsync();
        await store.SetAsync("key", RandomBytes(1000), null, default);

        await store.SetAsync("key", Text("new"), null, default);

        await AssertHoldsAsync(store, "key", Text("new"));
    }

    [Theory]
    [MemberData(nameof(HostileKeys.Names), MemberType = typeof(HostileKeys))]
    public async Task Every_string_is_a_key(string name)
    {
        ICacheStore store = await ConnectAsync();
        string key = HostileKeys.Named(name);
        if (!await IsTakenAsync(key))
        {
            await Assert.ThrowsAnyAsync<Exception>(() => store.SetAsync(key, Text("value"), null, default).AsTask());
            await AssertMissingAsync(store, key);
            return;
        }

        await store.SetAsync(key, Text("value"), null, default);

        await AssertHoldsAsync(store, key, Text("value"));
        Assert.True((await store.GetManyAsync([key], default))[0].HasValue);
        await AssertListsAsync(store, "", key);
        await AssertListsAsync(store, key, key);
        Assert.True(await store.SetTimeToLiveAsync(key, TimeSpan.FromHours(1), default));
        Assert.NotNull((await store.GetTimeToLiveAsync(key, default)).Remaining);
        Assert.True(await store.RemoveAsync(key, default));
        await AssertMissingAsync(store, key);
    }

    [Fact]
    public async Task Keys_that_differ_ordinally_are_different()
    {
        ICacheStore store = await ConnectAsync();
        string[] keys = await TakenKeysAsync();
        for (int i = 0; i < keys.Length; i++)
            await store.SetAsync(keys[i], BitConverter.GetBytes(i), null, default);

        ReadOnlyMemory<byte>?[] values = await store.GetManyAsync(keys, default);
        for (int i = 0; i < keys.Length; i++)
        {
            await AssertHoldsAsync(store, keys[i], BitConverter.GetBytes(i));
            AssertSame(BitConverter.GetBytes(i), values[i]!.Value);
        }

        await AssertListsAsync(store, "", keys);
        for (int i = 0; i < keys.Length; i++)
        {
            Assert.True(await store.RemoveAsync(keys[i], default));
            await AssertListsAsync(store, "", keys[(i + 1)..]);
        }
    }

    [Fact]
    public async Task Get_many_answers_in_the_order_asked()
    {
        ICacheStore store = await ConnectAsync();
        await store.SetAsync("a", Text("1"), null, default);
        await store.SetAsync("b", Text("2"), null, default);

        ReadOnlyMemory<byte>?[] values = await store.GetManyAsync(["b", "missing", "a", "b", "missing"], default);

        Assert.Equal(["2", null, "1", "2", null], values.Select(value => value is { } bytes ? System.Text.Encoding.UTF8.GetString(bytes.Span) : null));
    }

    [Fact]
    public async Task Get_many_of_nothing_is_nothing()
    {
        ICacheStore store = await ConnectAsync();
        await store.SetAsync("", Text("1"), null, default);

        Assert.Empty(await store.GetManyAsync([], default));
    }

    [Fact]
    public async Task Get_many_takes_thousands_of_keys()
    {
        ICacheStore store = await ConnectAsync();
        string[] keys = [.. Enumerable.Range(0, 3000).Select(i => $"key:{i}")];
        for (int i = 0; i < keys.Length; i += 10)
            await store.SetAsync(keys[i], BitConverter.GetBytes(i), null, default);

        ReadOnlyMemory<byte>?[] values = await store.GetManyAsync(keys, default);

        Assert.Equal(keys.Length, values.Length);
        for (int i = 0; i < keys.Length; i++)
        {
            Assert.Equal(i % 10 == 0, values[i].HasValue);
            if (values[i] is { } value)
                AssertSame(BitConverter.GetBytes(i), value);
        }
    }

    [Fact]
    public async Task Remove_tells_whether_there_was_an_entry()
    {
        ICacheStore store = await ConnectAsync();
        await store.SetAsync("key", Text("value"), null, default);

        Assert.True(await store.RemoveAsync("key", default));
        Assert.False(await store.RemoveAsync("key", default));
        await AssertMissingAsync(store, "key");
    }

    [Fact]
    public async Task Remove_many_tells_how_many_there_were()
    {
        ICacheStore store = await ConnectAsync();
        foreach (string key in (string[])["a", "b", "c"])
            await store.SetAsync(key, Text("value"), null, default);

        Assert.Equal(2, await store.RemoveManyAsync(["a", "missing", "b", "a"], default));
        Assert.Equal(0, await store.RemoveManyAsync([], default));
        await AssertListsAsync(store, "", "c");
    }

    [Fact]
    public async Task Remove_many_takes_thousands_of_keys()
    {
        ICacheStore store = await ConnectAsync();
        for (int i = 0; i < 500; i++)
            await store.SetAsync($"key:{i}", Text("value"), null, default);

        Assert.Equal(500, await store.RemoveManyAsync([.. Enumerable.Range(0, 3000).Select(i => $"key:{i}")], default));
        await AssertListsAsync(store, "");
    }

    [Fact]
    public async Task What_was_read_never_changes()
    {
        ICacheStore store = await ConnectAsync();
        byte[] first = RandomBytes(4096, seed: 1);
        await store.SetAsync("key", first, null, default);
        ReadOnlyMemory<byte> one = (await store.GetAsync("key", default))!.Value;
        ReadOnlyMemory<byte> many = (await store.GetManyAsync(["key"], default))[0]!.Value;

        // Same length, so that a store which reuses its buffers writes over what it handed out.
        for (int i = 2; i < 10; i++)
        {
            await store.SetAsync("key", RandomBytes(4096, seed: i), null, default);
            await store.GetAsync("key", default);
            await store.GetManyAsync(["key", "key"], default);
        }

        await store.RemoveAsync("key", default);
        await store.SetAsync("other", RandomBytes(4096, seed: 99), null, default);
        await store.GetAsync("other", default);

        AssertSame(first, one);
        AssertSame(first, many);
    }

    [Fact]
    public async Task Caller_may_reuse_its_buffer_after_a_write()
    {
        ICacheStore store = await ConnectAsync();
        byte[] buffer = RandomBytes(100);
        byte[] written = [.. buffer];

        await store.SetAsync("key", buffer, null, default);
        Array.Clear(buffer);

        await AssertHoldsAsync(store, "key", written);
    }

    [Fact]
    public async Task Values_of_all_sizes_come_back_together()
    {
        ICacheStore store = await ConnectAsync();
        int[] lengths = [0, 1, 127, 128, 4095, 4096, 4097, 65_535, 65_536, 200_000, 1024 * 1024];
        foreach (int length in lengths)
            await store.SetAsync($"key:{length}", RandomBytes(length, seed: length), null, default);

        ReadOnlyMemory<byte>?[] values = await store.GetManyAsync([.. lengths.Select(length => $"key:{length}")], default);

        for (int i = 0; i < lengths.Length; i++)
            AssertSame(RandomBytes(lengths[i], seed: lengths[i]), values[i]!.Value);
    }

    [Fact]
    public async Task Part_of_a_buffer_is_written_as_that_part()
    {
        ICacheStore store = await ConnectAsync();
        byte[] buffer = RandomBytes(100);

        await store.SetAsync("key", buffer.AsMemory(10, 20), null, default);

        await AssertHoldsAsync(store, "key", buffer[10..30]);
    }
}
