using System.ComponentModel;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using ZiggyCreatures.Caching.Fusion;

namespace Larder.Benchmarks.Subjects.Peers;

/// <summary>Only string keys; only a get-or-set call.</summary>
internal readonly struct FusionSubject(FusionCache cache) : ISubject<FusionSubject, string>
{
    public static string Name => "FusionCache GetOrSet";

    public static bool IsBounded => false;

    public static FusionSubject Create(int capacity) => new(new FusionCache(new FusionCacheOptions { DefaultEntryOptions = new FusionCacheEntryOptions(TimeSpan.FromMinutes(5)) }));

    public bool TryGet(string key, out object? value)
    {
        value = cache.GetOrSet<object?>(key, static (_, _) => null);
        return value is not null;
    }

    public void Set(string key, object value) => cache.Set(key, value);
}

/// <summary>Only string keys; only a get-or-create call.</summary>
internal readonly struct HybridSubject(HybridCache cache) : ISubject<HybridSubject, string>
{
    public static string Name => "HybridCache GetOrCreate";

    public static bool IsBounded => false;

    public static HybridSubject Create(int capacity)
    {
        var services = new ServiceCollection();
        services.AddHybridCache();
        return new(services.BuildServiceProvider().GetRequiredService<HybridCache>());
    }

    public bool TryGet(string key, out object? value)
    {
        ValueTask<Shared?> pending = cache.GetOrCreateAsync<Shared?>(key, static _ => default);
        value = (pending.IsCompletedSuccessfully ? pending.Result : pending.AsTask().GetAwaiter().GetResult())?.Value;
        return value is not null;
    }

    public void Set(string key, object value) => cache.SetAsync(key, new Shared(value)).AsTask().GetAwaiter().GetResult();

    /// <summary>A type that it hands out as it is; any other it would copy for every caller by serializing it.</summary>
    [ImmutableObject(true)]
    private sealed record Shared(object Value);
}

/// <summary>A class that can change: a copy for every caller.</summary>
internal readonly struct HybridCopySubject(HybridCache cache) : ISubject<HybridCopySubject, string>
{
    public static string Name => "HybridCache GetOrCreate";

    public static bool IsBounded => false;

    public static HybridCopySubject Create(int capacity)
    {
        var services = new ServiceCollection();
        services.AddHybridCache();
        return new(services.BuildServiceProvider().GetRequiredService<HybridCache>());
    }

    public bool TryGet(string key, out object? value)
    {
        ValueTask<Person?> pending = cache.GetOrCreateAsync<Person?>(key, static _ => default);
        value = pending.IsCompletedSuccessfully ? pending.Result : pending.AsTask().GetAwaiter().GetResult();
        return value is not null;
    }

    public void Set(string key, object value) => cache.SetAsync<Person?>(key, Person.Make()).AsTask().GetAwaiter().GetResult();
}
