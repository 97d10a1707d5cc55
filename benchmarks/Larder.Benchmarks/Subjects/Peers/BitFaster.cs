using System.Runtime.CompilerServices;
using BitFaster.Caching;
using BitFaster.Caching.Lfu;
using BitFaster.Caching.Lru;
using BitFaster.Caching.Scheduler;

namespace Larder.Benchmarks.Subjects.Peers;

internal readonly struct FastLruSubject<TKey>(FastConcurrentLru<TKey, object> cache) : ISubject<FastLruSubject<TKey>, TKey>
    where TKey : notnull
{
    public static string Name => "BitFaster FastConcurrentLru (no TTL)";

    public static bool IsBounded => true;

    public static FastLruSubject<TKey> Create(int capacity) => new(new FastConcurrentLru<TKey, object>(capacity));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(TKey key, out object? value) => cache.TryGet(key, out value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Set(TKey key, object value) => cache.AddOrUpdate(key, value);
}

internal readonly struct TLruSubject<TKey>(ConcurrentTLru<TKey, object> cache) : ISubject<TLruSubject<TKey>, TKey>
    where TKey : notnull
{
    public static string Name => "BitFaster ConcurrentTLru (TTL)";

    public static bool IsBounded => true;

    public static TLruSubject<TKey> Create(int capacity) => new(new ConcurrentTLru<TKey, object>(capacity, TimeSpan.FromMinutes(5)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(TKey key, out object? value) => cache.TryGet(key, out value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Set(TKey key, object value) => cache.AddOrUpdate(key, value);
}

internal readonly struct LfuSubject<TKey>(ICache<TKey, object> cache) : ISubject<LfuSubject<TKey>, TKey>
    where TKey : notnull
{
    public static string Name => "BitFaster ConcurrentLfu, TTL";

    public static bool IsBounded => true;

    public static LfuSubject<TKey> Create(int capacity) => new(new ConcurrentLfuBuilder<TKey, object>()
        .WithCapacity(capacity)
        .WithScheduler(new ForegroundScheduler())
        .WithExpireAfterWrite(TimeSpan.FromMinutes(5))
        .Build());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(TKey key, out object? value) => cache.TryGet(key, out value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Set(TKey key, object value) => cache.AddOrUpdate(key, value);
}
