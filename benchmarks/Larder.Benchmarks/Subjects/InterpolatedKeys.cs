using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Larder.Benchmarks.Subjects;

/// <summary>The floor of keys that are made of a number: making the string, and looking nothing up.</summary>
internal readonly struct MadeStringSubject : ISubject<MadeStringSubject, int>
{
    public static string Name => "making the string";

    public static bool IsBounded => false;

    public static MadeStringSubject Create(int capacity) => default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(int key, out object? value) => (value = $"user:{key}") is not null;

    public void Set(int key, object value)
    {
        // It keeps nothing.
    }
}

internal readonly struct MadeStringDictionarySubject(ConcurrentDictionary<string, object> dictionary) : ISubject<MadeStringDictionarySubject, int>
{
    public static string Name => "making the string, ConcurrentDictionary";

    public static bool IsBounded => false;

    public static MadeStringDictionarySubject Create(int capacity) => new(new ConcurrentDictionary<string, object>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(int key, out object? value) => dictionary.TryGetValue($"user:{key}", out value);

    public void Set(int key, object value) => dictionary[$"user:{key}"] = value;
}

internal readonly struct InterpolatedTryGetSubject(Cache cache) : ISubject<InterpolatedTryGetSubject, int>
{
    public static string Name => "Larder Cache.TryGet($\"user:{id}\")";

    public static bool IsBounded => true;

    public static InterpolatedTryGetSubject Create(int capacity) => new(Cache.Create(o => o.MaxEntries = capacity));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(int key, out object? value) => cache.TryGet($"user:{key}", out value);

    public void Set(int key, object value) => cache.Set($"user:{key}", value);
}

internal readonly struct InterpolatedGetOrSetSubject(Cache cache) : ISubject<InterpolatedGetOrSetSubject, int>
{
    public static string Name => "Larder Cache.GetOrSet($\"user:{id}\")";

    public static bool IsBounded => true;

    public static InterpolatedGetOrSetSubject Create(int capacity) => new(Cache.Create(o => o.MaxEntries = capacity));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(int key, out object? value) => (value = cache.GetOrSet<object?>($"user:{key}", static _ => null)) is not null;

    public void Set(int key, object value) => cache.Set<object?>($"user:{key}", value);
}

internal readonly struct InterpolatedGetOrSetAsyncSubject(Cache cache) : ISubject<InterpolatedGetOrSetAsyncSubject, int>
{
    public static string Name => "Larder Cache.GetOrSetAsync($\"user:{id}\")";

    public static bool IsBounded => true;

    public static InterpolatedGetOrSetAsyncSubject Create(int capacity) => new(Cache.Create(o => o.MaxEntries = capacity));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(int key, out object? value)
    {
        ValueTask<object?> pending = cache.GetOrSetAsync<object?>($"user:{key}", static _ => default);
        value = pending.IsCompletedSuccessfully ? pending.Result : null;
        return value is not null;
    }

    public void Set(int key, object value) => cache.Set<object?>($"user:{key}", value);
}

/// <summary>The same cache as a caller without an interpolated key would ask it.</summary>
internal readonly struct MadeStringTryGetSubject(Cache cache) : ISubject<MadeStringTryGetSubject, int>
{
    public static string Name => "making the string, Larder Cache.TryGet";

    public static bool IsBounded => true;

    public static MadeStringTryGetSubject Create(int capacity) => new(Cache.Create(o => o.MaxEntries = capacity));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(int key, out object? value)
    {
        string made = $"user:{key}";
        return cache.TryGet(made, out value);
    }

    public void Set(int key, object value) => cache.Set($"user:{key}", value);
}
