using System.Diagnostics;

namespace Larder.Tests.Caching;

/// <summary>A hit allocates nothing.</summary>
/// <remarks>Each call is made often enough for the compiler to be done with it, then measured on its own thread.</remarks>
public sealed class AllocationTests : IAsyncDisposable
{
    private static readonly Guid Id = new("0f8fad5b-d9cb-469f-a165-70867728950e");
    private static readonly EntryOptions Options = new() { Tags = ["t"] };

    private readonly Cache _cache = Cache.Create();
    private readonly int _number = 12345;
    private readonly string _name = "name";

    public AllocationTests()
    {
        _cache.Set("text", "value");
        _cache.Set("number", 7);
        _cache.Set("struct", (1L, 2L, 3L));
        _cache.Set($"user:{_number}", "value");
        _cache.Set($"user:{_name}:{_number}", "value");
        _cache.Set($"user:{Id}", "value");
        _cache.Set("tagged", "value", options: Options);
        _cache.Collection("c").For(new UserContext("u", "o")).Set("text", "value");
    }

    public ValueTask DisposeAsync() => _cache.DisposeAsync();

    private static void AllocatesNothing(Action<Cache> call, Cache cache)
    {
        long least = long.MaxValue;
        // Until the runtime has compiled the call for good, it boxes; a call that allocates does so for ever.
        for (long start = Stopwatch.GetTimestamp(); least > 0 && Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(20);)
        {
            for (int i = 0; i < 100; i++)
                call(cache);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
                call(cache);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    [Fact]
    public void TryGet_by_string() => AllocatesNothing(static cache => Assert.True(cache.TryGet("text", out string _)), _cache);

    [Fact]
    public void TryGet_of_values() => AllocatesNothing(
        static cache =>
        {
            if (!cache.TryGet("number", out int _) || !cache.TryGet("struct", out (long, long, long) _))
                throw new InvalidOperationException("It should be there.");
        },
        _cache);

    [Fact]
    public void Get_by_string() => AllocatesNothing(static cache => cache.Get<string>("text"), _cache);

    [Fact]
    public void TryGet_by_an_interpolated_number() => AllocatesNothing(cache => cache.TryGet($"user:{_number}", out string _), _cache);

    [Fact]
    public void TryGet_by_an_interpolated_string_and_number() => AllocatesNothing(cache => cache.TryGet($"user:{_name}:{_number}", out string _), _cache);

    [Fact]
    public void TryGet_by_an_interpolated_guid() => AllocatesNothing(static cache => cache.TryGet($"user:{Id}", out string _), _cache);

    [Fact]
    public void TryGet_by_a_span() => AllocatesNothing(static cache => cache.TryGet("a text".AsSpan(2), out string _), _cache);

    [Fact]
    public void GetOrSet_with_a_static_factory() => AllocatesNothing(static cache => cache.GetOrSet("text", static _ => ""), _cache);

    [Fact]
    public void GetOrSet_with_state() => AllocatesNothing(
        cache => cache.GetOrSet($"user:{_number}", _number, static (state, _) => state.ToString()),
        _cache);

    [Fact]
    public void GetOrSet_with_options() => AllocatesNothing(static cache => cache.GetOrSet("tagged", static _ => "", TimeSpan.FromMinutes(1), Options), _cache);

    [Fact]
    public void GetOrSetAsync_with_a_static_factory() => AllocatesNothing(static cache => Completed(cache.GetOrSetAsync("text", static _ => new ValueTask<string>(""))), _cache);

    [Fact]
    public void GetOrSetAsync_with_state() => AllocatesNothing(
        cache => Completed(cache.GetOrSetAsync($"user:{_name}:{_number}", this, static (self, _) => new ValueTask<string>(self._name))),
        _cache);

    [Fact]
    public void GetOrSetAsync_with_state_and_context() => AllocatesNothing(
        cache => Completed(cache.GetOrSetAsync<AllocationTests, int>("number", this, static (self, entry, _) => new ValueTask<int>(self._number))),
        _cache);

    [Fact]
    public void GetOrSetAsync_of_a_struct() => AllocatesNothing(
        static cache => Completed(cache.GetOrSetAsync("struct", 1, static (_, _) => new ValueTask<(long, long, long)>((0, 0, 0)))),
        _cache);

    [Fact]
    public void TryGetAsync_and_GetAsync() => AllocatesNothing(
        static cache =>
        {
            Completed(cache.TryGetAsync<string>("text"));
            Completed(cache.GetAsync<int>("number"));
        },
        _cache);

    [Fact]
    public void A_hit_through_a_handle_of_a_user()
    {
        Cache handle = _cache.Collection("c").For(new UserContext("u", "o"));
        AllocatesNothing(static cache => cache.TryGet("text", out string _), handle);
    }

    [Fact]
    public void A_hit_after_a_clear_elsewhere()
    {
        _cache.Collection("elsewhere").Clear();
        AllocatesNothing(static cache => cache.TryGet("text", out string _), _cache);
    }

    private static void Completed<T>(ValueTask<T> task)
    {
        if (!task.IsCompletedSuccessfully)
            throw new InvalidOperationException("A hit completes at once.");
        _ = task.Result;
    }
}
