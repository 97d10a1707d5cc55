using System.Text.Json.Serialization;
using Microsoft.Extensions.Caching.Distributed;
using Xunit;

namespace ExpensiveApi.Tests;

public sealed partial class ApiCacheTests
{
    private readonly FakeCache _cache = new();
    private readonly ApiCache<Weather?> _api;
    private readonly List<Exception> _failures = [];
    private Func<Task<Weather?>> _answer = () => Task.FromResult<Weather?>(new Weather(21.5));
    private int _calls;

    public ApiCacheTests() => _api = new ApiCache<Weather?>(_cache, (_, _, _, _, _) => CallAsync(), Contracts.Default.Weather!, _failures.Add);

    [Fact]
    public async Task Cached_result_is_returned_without_a_call()
    {
        Weather? first = await GetAsync("London", "metric");
        Weather? second = await GetAsync("London", "metric");

        Assert.Equal(new Weather(21.5), first);
        Assert.Equal(first, second);
        Assert.Equal(1, _calls);
    }

    [Fact]
    public async Task Null_is_a_result()
    {
        _answer = () => Task.FromResult<Weather?>(null);

        Assert.Null(await GetAsync("Atlantis"));
        Assert.Null(await GetAsync("Atlantis"));

        Assert.Equal(1, _calls);
    }

    [Fact]
    public async Task Result_expires_after_thirty_days()
    {
        await GetAsync("London");

        Assert.Equal(TimeSpan.FromDays(30), Assert.Single(_cache.Expiries));
    }

    [Fact]
    public void Different_parameters_have_different_keys()
    {
        string[] keys =
        [
            ApiCache<Weather?>.KeyOf("a"),
            ApiCache<Weather?>.KeyOf("a", "null"),
            ApiCache<Weather?>.KeyOf("a", ""),
            ApiCache<Weather?>.KeyOf("a", null, "b"),
            ApiCache<Weather?>.KeyOf("a", "b"),
            ApiCache<Weather?>.KeyOf("a;1:b"),
            ApiCache<Weather?>.KeyOf("a", "b", "c", "d"),
            ApiCache<Weather?>.KeyOf("a", "b", "c;1:d"),
            ApiCache<Weather?>.KeyOf("\ud800"),
            ApiCache<Weather?>.KeyOf("\ud801"),
        ];

        Assert.Equal(keys.Length, keys.Distinct().Count());
    }

    [Fact]
    public async Task Concurrent_requests_share_one_call()
    {
        var gate = new TaskCompletionSource<Weather?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _answer = () => gate.Task;

        Task<Weather?>[] callers = [.. Enumerable.Range(0, 50).Select(_ => GetAsync("London"))];
        gate.SetResult(new Weather(3));

        Assert.All(await Task.WhenAll(callers), weather => Assert.Equal(new Weather(3), weather));
        Assert.Equal(1, _calls);
    }

    [Fact]
    public async Task Caller_who_gives_up_leaves_the_call_to_the_others()
    {
        var gate = new TaskCompletionSource<Weather?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _answer = () => gate.Task;
        using var impatience = new CancellationTokenSource();
        Task<Weather?> impatient = _api.GetAsync("London", cancellationToken: impatience.Token);
        Task<Weather?> patient = GetAsync("London");

        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        gate.SetResult(new Weather(3));

        Assert.Equal(new Weather(3), await patient);
    }

    [Fact]
    public async Task Error_of_the_api_reaches_the_caller_and_is_not_cached()
    {
        _answer = () => throw new InvalidOperationException("There is no such city.");
        await Assert.ThrowsAsync<InvalidOperationException>(() => GetAsync("Lodon"));

        _answer = () => Task.FromResult<Weather?>(new Weather(3));
        Assert.Equal(new Weather(3), await GetAsync("Lodon"));
    }

    [Fact]
    public async Task Api_answers_while_the_cache_is_down()
    {
        _cache.IsDown = true;

        Assert.Equal(new Weather(21.5), await GetAsync("London"));
        Assert.Equal(2, _failures.Count);
    }

    [Fact]
    public async Task Damaged_value_is_a_miss()
    {
        _cache.Values[ApiCache<Weather?>.KeyOf("London")] = "{"u8.ToArray();

        await GetAsync("London");
        await GetAsync("London");

        Assert.Equal(1, _calls);
    }

    private Task<Weather?> GetAsync(string mandatory, string? optional1 = null) =>
        _api.GetAsync(mandatory, optional1, cancellationToken: TestContext.Current.CancellationToken);

    private Task<Weather?> CallAsync()
    {
        Interlocked.Increment(ref _calls);
        return _answer();
    }

    public sealed record Weather(double Temperature);

    [JsonSerializable(typeof(Weather))]
    internal sealed partial class Contracts : JsonSerializerContext;

    private sealed class FakeCache : IDistributedCache
    {
        public Dictionary<string, byte[]> Values { get; } = [];

        public List<TimeSpan?> Expiries { get; } = [];

        public bool IsDown { get; set; }

        public byte[]? Get(string key) => IsDown ? throw new IOException("The cache is down.") : Values.GetValueOrDefault(key);

        public Task<byte[]?> GetAsync(string key, CancellationToken token = default) => Task.FromResult(Get(key));

        public void Set(string key, byte[] value, DistributedCacheEntryOptions options)
        {
            if (IsDown)
                throw new IOException("The cache is down.");
            Values[key] = value;
            Expiries.Add(options.AbsoluteExpirationRelativeToNow);
        }

        public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
        {
            Set(key, value, options);
            return Task.CompletedTask;
        }

        public void Refresh(string key)
        {
            // Nothing slides.
        }

        public Task RefreshAsync(string key, CancellationToken token = default) => Task.CompletedTask;

        public void Remove(string key) => Values.Remove(key);

        public Task RemoveAsync(string key, CancellationToken token = default)
        {
            Remove(key);
            return Task.CompletedTask;
        }
    }
}
