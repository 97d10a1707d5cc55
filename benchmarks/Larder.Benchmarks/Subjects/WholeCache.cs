using System.Runtime.CompilerServices;

namespace Larder.Benchmarks.Subjects;

/// <summary>The whole cache, asked for a string key in each of its ways.</summary>
internal readonly struct CacheTryGetSubject(Cache cache) : ISubject<CacheTryGetSubject, string>
{
    public static string Name => "Larder Cache.TryGet";

    public static bool IsBounded => true;

    public static CacheTryGetSubject Create(int capacity) => new(Cache.Create(o => o.MaxEntries = capacity));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(string key, out object? value) => cache.TryGet(key, out value);

    public void Set(string key, object value) => cache.Set(key, value);
}

internal readonly struct CacheGetOrSetSubject(Cache cache) : ISubject<CacheGetOrSetSubject, string>
{
    public static string Name => "Larder Cache.GetOrSet";

    public static bool IsBounded => true;

    public static CacheGetOrSetSubject Create(int capacity) => new(Cache.Create(o => o.MaxEntries = capacity));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(string key, out object? value) => (value = cache.GetOrSet<object?>(key, static _ => null)) is not null;

    // By the type that is asked for.
    public void Set(string key, object value) => cache.Set<object?>(key, value);
}

internal readonly struct CacheGetOrSetAsyncSubject(Cache cache) : ISubject<CacheGetOrSetAsyncSubject, string>
{
    public static string Name => "Larder Cache.GetOrSetAsync";

    public static bool IsBounded => true;

    public static CacheGetOrSetAsyncSubject Create(int capacity) => new(Cache.Create(o => o.MaxEntries = capacity));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(string key, out object? value)
    {
        ValueTask<object?> pending = cache.GetOrSetAsync<object?>(key, static _ => default);
        // A hit is there at once.
        value = pending.IsCompletedSuccessfully ? pending.Result : null;
        return value is not null;
    }

    public void Set(string key, object value) => cache.Set<object?>(key, value);
}

/// <summary>The same by the interface, as a service gets it: generic methods are looked up at each call then.</summary>
internal readonly struct InterfaceGetOrSetAsyncSubject(ICache cache) : ISubject<InterfaceGetOrSetAsyncSubject, string>
{
    public static string Name => "Larder ICache.GetOrSetAsync";

    public static bool IsBounded => true;

    public static InterfaceGetOrSetAsyncSubject Create(int capacity) => new(Cache.Create(o => o.MaxEntries = capacity));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(string key, out object? value)
    {
        ValueTask<object?> pending = cache.GetOrSetAsync<object?>(key, static _ => default);
        // A hit is there at once.
        value = pending.IsCompletedSuccessfully ? pending.Result : null;
        return value is not null;
    }

    public void Set(string key, object value) => cache.Set<object?>(key, value);
}
