using System.Collections.Concurrent;

namespace Larder.Tests.Memoize;

/// <summary>The least that memoized functions need of a cache: what they ask for is kept under the key for ever.</summary>
internal sealed class DictionaryCache : ICache
{
    public ConcurrentDictionary<string, object?> Entries { get; } = [];

    public List<(TimeSpan? Ttl, EntryOptions? Options, CancellationToken Token)> Asked { get; } = [];

    public string Name => "dictionary";

    public CacheStatistics Statistics => throw new NotSupportedException();

    public CacheEvents Events => throw new NotSupportedException();

    public T GetOrSet<TState, T>(CacheKey key, TState state, Func<TState, CancellationToken, T> factory, TimeSpan? ttl = null, EntryOptions? options = null, CancellationToken cancellationToken = default)
    {
        Asked.Add((ttl, options, cancellationToken));
        return (T)Entries.GetOrAdd(key.ToString(), _ => factory(state, cancellationToken))!;
    }

    public async ValueTask<T> GetOrSetAsync<TState, T>(string key, TState state, Func<TState, CancellationToken, ValueTask<T>> factory, CancellationToken cancellationToken)
    {
        if (!Entries.TryGetValue(key, out object? value))
            Entries[key] = value = await factory(state, cancellationToken);
        return (T)value!;
    }

    public ValueTask<T> GetOrSetAsync<TState, T>(CacheKey key, TState state, Func<TState, CancellationToken, ValueTask<T>> factory, TimeSpan? ttl = null, EntryOptions? options = null, CancellationToken cancellationToken = default)
    {
        Asked.Add((ttl, options, cancellationToken));
        return GetOrSetAsync(key.ToString(), state, factory, cancellationToken);
    }

    public bool Remove(CacheKey key) => Entries.TryRemove(key.ToString(), out _);

    public ICache Collection(string name) => throw new NotSupportedException();

    public ICache For(UserContext context, CacheScope scope = CacheScope.User) => throw new NotSupportedException();

    public ICache For(CacheScope scope) => throw new NotSupportedException();

    public ValueTask<T> GetOrSetAsync<T>(CacheKey key, Func<CancellationToken, ValueTask<T>> factory, TimeSpan? ttl = null, EntryOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<T> GetOrSetAsync<T>(CacheKey key, Func<EntryContext, CancellationToken, ValueTask<T>> factory, TimeSpan? ttl = null, EntryOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<T> GetOrSetAsync<TState, T>(CacheKey key, TState state, Func<TState, EntryContext, CancellationToken, ValueTask<T>> factory, TimeSpan? ttl = null, EntryOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public T GetOrSet<T>(CacheKey key, Func<CancellationToken, T> factory, TimeSpan? ttl = null, EntryOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public T GetOrSet<T>(CacheKey key, Func<EntryContext, CancellationToken, T> factory, TimeSpan? ttl = null, EntryOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<CacheResult<T>> TryGetAsync<T>(CacheKey key, EntryOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public bool TryGet<T>(CacheKey key, out T value, EntryOptions? options = null) => throw new NotSupportedException();

    public T GetOrSet<TState, T>(CacheKey key, TState state, Func<TState, EntryContext, CancellationToken, T> factory, TimeSpan? ttl = null, EntryOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public IReadOnlyDictionary<string, T> GetMany<T>(IEnumerable<string> keys, EntryOptions? options = null) => throw new NotSupportedException();

    public IReadOnlyDictionary<string, T> GetOrSetMany<T>(IEnumerable<string> keys, Func<IReadOnlyList<string>, CancellationToken, IReadOnlyDictionary<string, T>> factory, TimeSpan? ttl = null, EntryOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public void RemoveMany(IEnumerable<string> keys) => throw new NotSupportedException();

    public void Clear(string? collection, UserContext? context, CacheScope? scope) => throw new NotSupportedException();

    public ValueTask<T?> GetAsync<T>(CacheKey key, T? fallback = default, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public T? Get<T>(CacheKey key, T? fallback = default) => throw new NotSupportedException();

    public ValueTask<IReadOnlyDictionary<string, T>> GetManyAsync<T>(IEnumerable<string> keys, EntryOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<IReadOnlyDictionary<string, T>> GetOrSetManyAsync<T>(IEnumerable<string> keys, Func<IReadOnlyList<string>, CancellationToken, ValueTask<IReadOnlyDictionary<string, T>>> factory, TimeSpan? ttl = null, EntryOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask SetAsync<T>(CacheKey key, T value, TimeSpan? ttl = null, EntryOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public void Set<T>(CacheKey key, T value, TimeSpan? ttl = null, EntryOptions? options = null) => throw new NotSupportedException();

    public ValueTask<bool> RemoveAsync(CacheKey key, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask RemoveManyAsync(IEnumerable<string> keys, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<long> RemoveByPatternAsync(string pattern, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public long RemoveByPattern(string pattern) => throw new NotSupportedException();

    public ValueTask RemoveByTagAsync(string tag, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public void RemoveByTag(string tag) => throw new NotSupportedException();

    public ValueTask ClearAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public void Clear() => throw new NotSupportedException();

    public ValueTask ClearAsync(string? collection, UserContext? context, CacheScope? scope, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<bool> ContainsAsync(CacheKey key, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public bool Contains(CacheKey key) => throw new NotSupportedException();

    public ValueTask<TimeToLive> GetTimeToLiveAsync(CacheKey key, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public TimeToLive GetTimeToLive(CacheKey key) => throw new NotSupportedException();

    public ValueTask<bool> SetTimeToLiveAsync(CacheKey key, TimeSpan ttl, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public bool SetTimeToLive(CacheKey key, TimeSpan ttl) => throw new NotSupportedException();

    public ValueTask<bool> RefreshAsync(CacheKey key, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public bool Refresh(CacheKey key) => throw new NotSupportedException();
}
