using Larder.Keys;
using Larder.Time;

namespace Larder.Memory;

/// <summary>Chooses the specialised engine for a <see cref="BoundedCache{TKey, TValue}"/>.</summary>
internal static class BoundedCacheEngine
{
    public static MemoryEngine<TKey, TKey, TValue> Create<TKey, TValue>(BoundedCacheOptions<TKey, TValue> options, Clock clock)
        where TKey : notnull
    {
        var engineOptions = new EngineOptions(clock, options.MaxEntries ?? long.MaxValue, options.MaxBytes, options.Weigher is not null);
        IEqualityComparer<TKey>? comparer = options.KeyComparer;
        var listener = new DelegateListener<TKey, TValue>(options.OnRemoved);

        if (typeof(TKey) == typeof(string) && (comparer is null || ReferenceEquals(comparer, StringComparer.Ordinal) || ReferenceEquals(comparer, EqualityComparer<TKey>.Default)))
        {
            return (MemoryEngine<TKey, TKey, TValue>)(object)Create<string, string, TValue, OrdinalKeyComparer, DelegateListener<string, TValue>>(
                engineOptions, options.Eviction, default, new((Action<string, TValue, RemovalCause>?)(object?)options.OnRemoved));
        }

        return comparer is null
            ? Create<TKey, TKey, TValue, DefaultKeyComparer<TKey>, DelegateListener<TKey, TValue>>(engineOptions, options.Eviction, default, listener)
            : Create<TKey, TKey, TValue, CustomKeyComparer<TKey>, DelegateListener<TKey, TValue>>(engineOptions, options.Eviction, new(comparer), listener);
    }

    /// <summary>Makes an engine with the eviction policy that is asked for.</summary>
    public static MemoryEngine<TKey, TLookup, TValue> Create<TKey, TLookup, TValue, TComparer, TListener>(
        EngineOptions options, EvictionPolicy eviction, TComparer comparer, TListener listener)
        where TKey : notnull
        where TLookup : allows ref struct
        where TComparer : struct, ILookupComparer<TKey, TKey>, ILookupComparer<TLookup, TKey>
        where TListener : struct, IRemovalListener<TKey, TValue>
        => eviction == EvictionPolicy.Lru
            ? new MemoryEngine<TKey, TLookup, TValue, TComparer, LruPolicy, TListener>(options, comparer, new LruPolicy(), listener)
            : new MemoryEngine<TKey, TLookup, TValue, TComparer, AdaptivePolicy, TListener>(options, comparer, new AdaptivePolicy(options.MaxEntries), listener);
}
