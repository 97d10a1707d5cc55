using System.Collections.Concurrent;

namespace Larder.Tests.Stress;

/// <summary>What a run needs of a cache: so that the checker can be shown a bad one, too.</summary>
internal interface ISubject : IAsyncDisposable
{
    /// <summary>How many entries are in memory, or -1 for unknown.</summary>
    long Entries { get; }

    ValueTask<long> GetOrSetAsync(string key, Func<CancellationToken, ValueTask<long>> factory, CancellationToken cancellationToken);

    ValueTask<IReadOnlyDictionary<string, long>> GetOrSetManyAsync(IReadOnlyList<string> keys, Func<IReadOnlyList<string>, CancellationToken, ValueTask<IReadOnlyDictionary<string, long>>> factory, CancellationToken cancellationToken);

    ValueTask<IReadOnlyDictionary<string, long>> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken);

    ValueTask<CacheResult<long>> TryGetAsync(string key, CancellationToken cancellationToken);

    ValueTask SetAsync(string key, long value);

    ValueTask RemoveAsync(string key);

    ValueTask RemoveManyAsync(IReadOnlyList<string> keys);

    ValueTask RemoveByTagAsync(string tag);

    ValueTask RemoveByPatternAsync(string pattern);

    ValueTask ClearAsync();

    ValueTask SetTimeToLiveAsync(string key, TimeSpan? ttl);
}

/// <summary>The cache of this project. Key <c>kN</c> carries the tag <c>tN</c> modulo two.</summary>
internal sealed class LarderSubject(Cache cache) : ISubject
{
    private static readonly EntryOptions[] Tagged = [new EntryOptions { Tags = ["t0"] }, new EntryOptions { Tags = ["t1"] }];

    private static readonly EntryOptions TaggedTwice = new() { Tags = ["t0", "t1"] };

    public long Entries => cache.Statistics.Entries;

    public CacheStatistics Statistics => cache.Statistics;

    public ValueTask<long> GetOrSetAsync(string key, Func<CancellationToken, ValueTask<long>> factory, CancellationToken cancellationToken) =>
        cache.GetOrSetAsync(key, factory, options: OptionsOf(key), cancellationToken: cancellationToken);

    public ValueTask<IReadOnlyDictionary<string, long>> GetOrSetManyAsync(IReadOnlyList<string> keys, Func<IReadOnlyList<string>, CancellationToken, ValueTask<IReadOnlyDictionary<string, long>>> factory, CancellationToken cancellationToken) =>
        cache.GetOrSetManyAsync(keys, factory, options: TaggedTwice, cancellationToken: cancellationToken);

    public ValueTask<IReadOnlyDictionary<string, long>> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        cache.GetManyAsync<long>(keys, cancellationToken: cancellationToken);

    public ValueTask<CacheResult<long>> TryGetAsync(string key, CancellationToken cancellationToken) => cache.TryGetAsync<long>(key, cancellationToken: cancellationToken);

    public ValueTask SetAsync(string key, long value) => cache.SetAsync(key, value, options: OptionsOf(key));

    public async ValueTask RemoveAsync(string key) => await cache.RemoveAsync(key);

    public ValueTask RemoveManyAsync(IReadOnlyList<string> keys) => cache.RemoveManyAsync(keys);

    public ValueTask RemoveByTagAsync(string tag) => cache.RemoveByTagAsync(tag);

    public async ValueTask RemoveByPatternAsync(string pattern) => await cache.RemoveByPatternAsync(pattern);

    public ValueTask ClearAsync() => cache.ClearAsync();

    public async ValueTask SetTimeToLiveAsync(string key, TimeSpan? ttl) =>
        _ = ttl is { } given ? await cache.SetTimeToLiveAsync(key, given) : await cache.RefreshAsync(key);

    public ValueTask DisposeAsync() => cache.DisposeAsync();

    private static EntryOptions OptionsOf(string key) => Tagged[(key[^1] - '0') % 2];
}

/// <summary>Ways to get a cache wrong.</summary>
[Flags]
internal enum Mistakes
{
    None = 0,

    /// <summary>Every miss runs its factory.</summary>
    NoFlights = 1,

    /// <summary>A factory's value is kept whatever happened meanwhile.</summary>
    NoVoiding = 2,

    /// <summary>A removal is done after it was acknowledged.</summary>
    LateRemoval = 4,

    /// <summary>Whoever asks after an invalidation still joins the flight from before it.</summary>
    JoinsVoided = 8,
}

/// <summary>A cache as one would write it in an afternoon, with chosen mistakes.</summary>
internal sealed class NaiveCache(Mistakes mistakes) : ISubject
{
    private readonly Lock _gate = new(); // Guards all three.
    private readonly Dictionary<string, long> _values = [];
    private readonly Dictionary<string, Task<long>> _flights = [];
    private readonly Dictionary<string, int> _versions = [];

    public long Entries
    {
        get
        {
            lock (_gate)
                return _values.Count;
        }
    }

    public async ValueTask<long> GetOrSetAsync(string key, Func<CancellationToken, ValueTask<long>> factory, CancellationToken cancellationToken)
    {
        Task<long>? flight;
        TaskCompletionSource<long>? own = null;
        int version;
        lock (_gate)
        {
            if (_values.TryGetValue(key, out long value))
                return value;
            version = _versions.GetValueOrDefault(key);
            if (mistakes.HasFlag(Mistakes.NoFlights) || !_flights.TryGetValue(key, out flight))
            {
                own = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
                _flights[key] = flight = own.Task;
            }
        }

        if (own is null)
            return await flight;

        long made = 0;
        Exception? failure = null;
        try
        {
            made = await factory(CancellationToken.None);
        }
        catch (Exception error)
        {
            failure = error;
        }

        lock (_gate)
        {
            if (_flights.TryGetValue(key, out Task<long>? current) && current == own.Task)
                _flights.Remove(key);
            if (failure is null && (mistakes.HasFlag(Mistakes.NoVoiding) || version == _versions.GetValueOrDefault(key)))
                _values[key] = made;
        }

        if (failure is not null)
            own.SetException(failure);
        else
            own.SetResult(made);
        return await own.Task;
    }

    public async ValueTask<IReadOnlyDictionary<string, long>> GetOrSetManyAsync(IReadOnlyList<string> keys, Func<IReadOnlyList<string>, CancellationToken, ValueTask<IReadOnlyDictionary<string, long>>> factory, CancellationToken cancellationToken)
    {
        var values = new Dictionary<string, long>();
        foreach (string key in keys)
            values[key] = await GetOrSetAsync(key, async token => (await factory([key], token))[key], cancellationToken);
        return values;
    }

    public ValueTask<IReadOnlyDictionary<string, long>> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        lock (_gate)
            return new(keys.Where(_values.ContainsKey).ToDictionary(static key => key, key => _values[key]));
    }

    public ValueTask<CacheResult<long>> TryGetAsync(string key, CancellationToken cancellationToken)
    {
        lock (_gate)
            return new(_values.TryGetValue(key, out long value) ? new CacheResult<long>(value) : default);
    }

    public ValueTask SetAsync(string key, long value)
    {
        lock (_gate)
        {
            Invalidate(key);
            _values[key] = value;
        }

        return default;
    }

    public ValueTask RemoveAsync(string key) => RemoveManyAsync([key]);

    public ValueTask RemoveManyAsync(IReadOnlyList<string> keys)
    {
        if (mistakes.HasFlag(Mistakes.LateRemoval))
            _ = Task.Run(() => Remove(keys));
        else
            Remove(keys);
        return default;
    }

    public ValueTask RemoveByTagAsync(string tag) => RemoveManyAsync([.. Known().Where(key => (key[^1] - '0') % 2 == tag[^1] - '0')]);

    public ValueTask RemoveByPatternAsync(string pattern) => RemoveManyAsync(Known());

    public ValueTask ClearAsync() => RemoveManyAsync(Known());

    public ValueTask SetTimeToLiveAsync(string key, TimeSpan? ttl) => default;

    public ValueTask DisposeAsync() => default;

    private string[] Known()
    {
        lock (_gate)
            return [.. _values.Keys.Concat(_flights.Keys).Concat(_versions.Keys).Distinct()];
    }

    private void Remove(IReadOnlyList<string> keys)
    {
        lock (_gate)
        {
            foreach (string key in keys)
            {
                Invalidate(key);
                _values.Remove(key);
            }
        }
    }

    private void Invalidate(string key)
    {
        _versions[key] = _versions.GetValueOrDefault(key) + 1;
        if (!mistakes.HasFlag(Mistakes.JoinsVoided))
            _flights.Remove(key);
    }
}
