using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Caching.Memory;

namespace Larder.Benchmarks.Subjects;

/// <summary>The floor: no bound, no expiry, no recency, no statistics.</summary>
internal readonly struct DictionarySubject<TKey>(ConcurrentDictionary<TKey, object> dictionary) : ISubject<DictionarySubject<TKey>, TKey>
    where TKey : notnull
{
    public static string Name => "ConcurrentDictionary";

    public static bool IsBounded => false;

    public static DictionarySubject<TKey> Create(int capacity) => new(new ConcurrentDictionary<TKey, object>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(TKey key, out object? value) => dictionary.TryGetValue(key, out value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Set(TKey key, object value) => dictionary[key] = value;
}

/// <summary>Microsoft's cache with a TTL, bound by a size of one an entry.</summary>
internal readonly struct MicrosoftSubject<TKey>(MemoryCache cache) : ISubject<MicrosoftSubject<TKey>, TKey>
    where TKey : notnull
{
    public static string Name => "Microsoft MemoryCache, TTL";

    public static bool IsBounded => true;

    public static MicrosoftSubject<TKey> Create(int capacity) => new(new MemoryCache(new MemoryCacheOptions { SizeLimit = capacity, CompactionPercentage = 0.05 }));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(TKey key, out object? value) => cache.TryGetValue(key, out value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Set(TKey key, object value)
    {
        using ICacheEntry entry = cache.CreateEntry(key);
        entry.Size = 1;
        entry.AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(5);
        entry.Value = value;
    }
}

/// <summary>Larder's memory engine with TTL, recency and statistics on.</summary>
internal readonly struct LarderSubject<TKey>(BoundedCache<TKey, object> cache) : ISubject<LarderSubject<TKey>, TKey>
    where TKey : notnull
{
    public static string Name => "Larder BoundedCache, TTL";

    public static bool IsBounded => true;

    public static LarderSubject<TKey> Create(int capacity) => new(new BoundedCache<TKey, object>(capacity, TimeSpan.FromMinutes(5)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(TKey key, out object? value) => cache.TryGet(key, out value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Set(TKey key, object value) => cache.Set(key, value);
}

/// <summary>The same with exact LRU, whose hits take a lock.</summary>
internal readonly struct LarderLruSubject<TKey>(BoundedCache<TKey, object> cache) : ISubject<LarderLruSubject<TKey>, TKey>
    where TKey : notnull
{
    public static string Name => "Larder BoundedCache, exact LRU, TTL";

    public static bool IsBounded => true;

    public static LarderLruSubject<TKey> Create(int capacity) =>
        new(new BoundedCache<TKey, object>(new BoundedCacheOptions<TKey, object> { MaxEntries = capacity, DefaultTtl = TimeSpan.FromMinutes(5), Eviction = EvictionPolicy.Lru }));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(TKey key, out object? value) => cache.TryGet(key, out value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Set(TKey key, object value) => cache.Set(key, value);
}
