namespace Larder.Tests.Memoize;

public sealed class MemoizeTests
{
    private readonly DictionaryCache _cache = new();
    private int _calls;

    [Fact]
    public void Function_runs_once_for_the_same_arguments()
    {
        Func<string, int, string> repeat = _cache.Memoize((string text, int times) =>
        {
            _calls++;
            return string.Concat(Enumerable.Repeat(text, times));
        });

        Assert.Equal("abab", repeat("ab", 2));
        Assert.Equal("abab", repeat("ab", 2));
        Assert.Equal("ababab", repeat("ab", 3));
        Assert.Equal("bb", repeat("b", 2));
        Assert.Equal(3, _calls);
    }

    [Fact]
    public void Synchronous_functions_of_any_arity_keep_their_shape()
    {
        Func<int> f0 = _cache.Memoize(() => ++_calls, "f0");
        Func<int, int> f1 = _cache.Memoize((int a) => a + (10 * ++_calls), "f1");
        Func<int, int, int> f2 = _cache.Memoize((int a, int b) => a + b + (10 * ++_calls), "f2");
        Func<int, int, int, int> f3 = _cache.Memoize((int a, int b, int c) => a + b + c + (10 * ++_calls), "f3");
        Func<int, int, int, int, int> f4 = _cache.Memoize((int a, int b, int c, int d) => a + b + c + d + (10 * ++_calls), "f4");

        for (int i = 0; i < 2; i++)
            Assert.Equal([1, 21, 33, 46, 60], [f0(), f1(1), f2(1, 2), f3(1, 2, 3), f4(1, 2, 3, 4)]);
        Assert.Equal(["m1/f0", "m1/f1/i32_1", "m1/f2/i32_1/i32_2", "m1/f3/i32_1/i32_2/i32_3", "m1/f4/i32_1/i32_2/i32_3/i32_4"], _cache.Entries.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Synchronous_functions_are_passed_the_token()
    {
        using var source = new CancellationTokenSource();
        Func<CancellationToken, bool> f0 = _cache.Memoize((CancellationToken token) => token == source.Token, "f0");
        Func<int, CancellationToken, bool> f1 = _cache.Memoize((int _, CancellationToken token) => token == source.Token, "f1");
        Func<int, int, CancellationToken, bool> f2 = _cache.Memoize((int _, int _, CancellationToken token) => token == source.Token, "f2");
        Func<int, int, int, CancellationToken, bool> f3 = _cache.Memoize((int _, int _, int _, CancellationToken token) => token == source.Token, "f3");
        Func<int, int, int, int, CancellationToken, bool> f4 = _cache.Memoize((int _, int _, int _, int _, CancellationToken token) => token == source.Token, "f4");

        Assert.All([f0(source.Token), f1(1, source.Token), f2(1, 2, source.Token), f3(1, 2, 3, source.Token), f4(1, 2, 3, 4, source.Token)], Assert.True);
        Assert.Equal(["m1/f0", "m1/f1/i32_1", "m1/f2/i32_1/i32_2", "m1/f3/i32_1/i32_2/i32_3", "m1/f4/i32_1/i32_2/i32_3/i32_4"], _cache.Entries.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Task_functions_of_any_arity_keep_their_shape()
    {
        using var source = new CancellationTokenSource();
        Func<Task<int>> f0 = _cache.Memoize(async () => { await Task.Yield(); return ++_calls; }, "f0");
        Func<int, Task<int>> f1 = _cache.Memoize((int a) => Task.FromResult(a + (10 * ++_calls)), "f1");
        Func<int, int, Task<int>> f2 = _cache.Memoize((int a, int b) => Task.FromResult(a + b + (10 * ++_calls)), "f2");
        Func<int, int, int, Task<int>> f3 = _cache.Memoize((int a, int b, int c) => Task.FromResult(a + b + c + (10 * ++_calls)), "f3");
        Func<int, int, int, int, Task<int>> f4 = _cache.Memoize((int a, int b, int c, int d) => Task.FromResult(a + b + c + d + (10 * ++_calls)), "f4");
        Func<CancellationToken, Task<bool>> t0 = _cache.Memoize((CancellationToken token) => Task.FromResult(token == source.Token), "t0");
        Func<int, CancellationToken, Task<bool>> t1 = _cache.Memoize(async (int _, CancellationToken token) => { await Task.Yield(); return token == source.Token; }, "t1");
        Func<int, int, CancellationToken, Task<bool>> t2 = _cache.Memoize((int _, int _, CancellationToken token) => Task.FromResult(token == source.Token), "t2");
        Func<int, int, int, CancellationToken, Task<bool>> t3 = _cache.Memoize((int _, int _, int _, CancellationToken token) => Task.FromResult(token == source.Token), "t3");
        Func<int, int, int, int, CancellationToken, Task<bool>> t4 = _cache.Memoize((int _, int _, int _, int _, CancellationToken token) => Task.FromResult(token == source.Token), "t4");

        for (int i = 0; i < 2; i++)
            Assert.Equal([1, 21, 33, 46, 60], new List<int> { await f0(), await f1(1), await f2(1, 2), await f3(1, 2, 3), await f4(1, 2, 3, 4) });
        Assert.All([await t0(source.Token), await t1(1, source.Token), await t2(1, 2, source.Token), await t3(1, 2, 3, source.Token), await t4(1, 2, 3, 4, source.Token)], Assert.True);
        Assert.Equal(
            ["m1/f0", "m1/f1/i32_1", "m1/f2/i32_1/i32_2", "m1/f3/i32_1/i32_2/i32_3", "m1/f4/i32_1/i32_2/i32_3/i32_4", "m1/t0", "m1/t1/i32_1", "m1/t2/i32_1/i32_2", "m1/t3/i32_1/i32_2/i32_3", "m1/t4/i32_1/i32_2/i32_3/i32_4"],
            _cache.Entries.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Value_task_functions_of_any_arity_keep_their_shape()
    {
        using var source = new CancellationTokenSource();
        Func<ValueTask<int>> f0 = _cache.Memoize(() => ValueTask.FromResult(++_calls), "f0");
        Func<int, ValueTask<int>> f1 = _cache.Memoize((int a) => ValueTask.FromResult(a + (10 * ++_calls)), "f1");
        Func<int, int, ValueTask<int>> f2 = _cache.Memoize((int a, int b) => ValueTask.FromResult(a + b + (10 * ++_calls)), "f2");
        Func<int, int, int, ValueTask<int>> f3 = _cache.Memoize((int a, int b, int c) => ValueTask.FromResult(a + b + c + (10 * ++_calls)), "f3");
        Func<int, int, int, int, ValueTask<int>> f4 = _cache.Memoize((int a, int b, int c, int d) => ValueTask.FromResult(a + b + c + d + (10 * ++_calls)), "f4");
        Func<CancellationToken, ValueTask<bool>> t0 = _cache.Memoize((CancellationToken token) => ValueTask.FromResult(token == source.Token), "t0");
        Func<int, CancellationToken, ValueTask<bool>> t1 = _cache.Memoize((int _, CancellationToken token) => ValueTask.FromResult(token == source.Token), "t1");
        Func<int, int, CancellationToken, ValueTask<bool>> t2 = _cache.Memoize((int _, int _, CancellationToken token) => ValueTask.FromResult(token == source.Token), "t2");
        Func<int, int, int, CancellationToken, ValueTask<bool>> t3 = _cache.Memoize((int _, int _, int _, CancellationToken token) => ValueTask.FromResult(token == source.Token), "t3");
        Func<int, int, int, int, CancellationToken, ValueTask<bool>> t4 = _cache.Memoize((int _, int _, int _, int _, CancellationToken token) => ValueTask.FromResult(token == source.Token), "t4");

        for (int i = 0; i < 2; i++)
            Assert.Equal([1, 21, 33, 46, 60], new List<int> { await f0(), await f1(1), await f2(1, 2), await f3(1, 2, 3), await f4(1, 2, 3, 4) });
        Assert.All([await t0(source.Token), await t1(1, source.Token), await t2(1, 2, source.Token), await t3(1, 2, 3, source.Token), await t4(1, 2, 3, 4, source.Token)], Assert.True);
        Assert.Equal(10, _cache.Entries.Count);
    }

    [Fact]
    public async Task Method_group_is_told_by_argument_and_result_types()
    {
        Func<int, CancellationToken, Task<int>> byTask = _cache.Memoize<int, int>(ByTask);
        Func<int, ValueTask<int>> byValueTask = _cache.Memoize<int, int>(ByValueTask);
        Func<int, int> plain = _cache.Memoize<int, int>(Plain);
        Assert.Equal([2, 3, 4], new List<int> { await byTask(1, CancellationToken.None), await byValueTask(1), plain(1) });

        static Task<int> ByTask(int value, CancellationToken token) => Task.FromResult(value + 1);
        static ValueTask<int> ByValueTask(int value) => ValueTask.FromResult(value + 2);
        static int Plain(int value) => value + 3;
    }

    [Fact]
    public void Options_and_ttl_reach_the_cache()
    {
        var options = new EntryOptions { Grace = TimeSpan.FromHours(1) };
        _cache.Memoize((int a) => a, "f", TimeSpan.FromMinutes(1), options)(1);
        Assert.Equal((TimeSpan.FromMinutes(1), options, CancellationToken.None), Assert.Single(_cache.Asked));
    }

    [Fact]
    public void Result_for_given_arguments_can_be_removed_by_its_key()
    {
        Func<string, int, int> f = _cache.Memoize((string _, int _) => ++_calls, "f:x");
        Assert.Equal(1, f("a", 1));
        Assert.Equal(2, f("a", 2));
        Assert.True(_cache.Remove(MemoizedKey.For("f:x", "a", 1)));
        Assert.Equal(3, f("a", 1));
        Assert.Equal(2, f("a", 2));
    }

    [Fact]
    public void Keys_of_named_functions_are_those_of_their_calls()
    {
        Assert.Equal("m1/f", MemoizedKey.For("f"));
        Assert.Equal("m1/f/i32_1", MemoizedKey.For("f", 1));
        Assert.Equal("m1/f/i32_1/s1_b", MemoizedKey.For("f", 1, "b"));
        Assert.Equal("m1/f/i32_1/s1_b/null", MemoizedKey.For("f", 1, "b", (int?)null));
        Assert.Equal("m1/f/i32_1/s1_b/null/true", MemoizedKey.For("f", 1, "b", (int?)null, true));
    }

    [Fact]
    public void Argument_that_cannot_be_a_key_is_refused_at_the_call_by_position_and_type()
    {
        Func<int, Stream, int> f = _cache.Memoize((int a, Stream _) => a, "f");
        var exception = Assert.Throws<ArgumentException>(() => f(1, Stream.Null));
        Assert.Contains("Argument 2 (System.IO.Stream) of the memoized function 'f'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("ICacheKeyPart", exception.Message, StringComparison.Ordinal);
        Assert.IsType<NotSupportedException>(exception.InnerException);
        Assert.Empty(_cache.Entries);
    }

    [Fact]
    public void Function_with_nothing_to_cache_is_refused_when_wrapped()
    {
        Assert.Throws<ArgumentException>("function", () => _cache.Memoize<int, Task>(_ => Task.CompletedTask));
        Assert.Throws<ArgumentException>("function", () => _cache.Memoize<int, ValueTask>(_ => ValueTask.CompletedTask));
        Assert.Throws<ArgumentException>("function", () => _cache.Memoize<int, IAsyncEnumerable<int>>(_ => throw new InvalidOperationException()));
        Assert.Throws<ArgumentException>("function", () => _cache.Memoize<CancellationToken, int, int>((_, a) => a));
        Func<int> two = () => 1;
        two += () => 2;
        Assert.Throws<ArgumentException>("function", () => _cache.Memoize(two));
        Assert.Throws<ArgumentNullException>("function", () => _cache.Memoize((Func<int>)null!));
        Assert.Throws<ArgumentNullException>("cache", () => ((ICache)null!).Memoize(() => 1));
        Assert.Throws<ArgumentException>("name", () => _cache.Memoize(() => 1, ""));
    }
}
