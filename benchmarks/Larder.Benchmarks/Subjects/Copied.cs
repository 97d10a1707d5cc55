using System.Runtime.CompilerServices;
using Microsoft.Extensions.Caching.Hybrid;

namespace Larder.Benchmarks.Subjects;

/// <summary>A class that can change, so that every caller gets a copy.</summary>
internal sealed class Person
{
    public int Id { get; set; }

    public string Name { get; set; } = "";

    public List<string> Roles { get; set; } = [];

    public static Person Make() => new() { Id = 7, Name = "Ada Lovelace", Roles = ["author", "reader"] };
}

/// <summary>Copies by the cache's own option.</summary>
internal readonly struct CacheCopySubject(Cache cache) : ISubject<CacheCopySubject, string>
{
    public static string Name => "Larder Cache.GetOrSet, CloneOnRead";

    public static bool IsBounded => true;

    public static CacheCopySubject Create(int capacity) => new(Cache.Create(o => (o.MaxEntries, o.CloneOnRead) = (capacity, true)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(string key, out object? value) => (value = cache.GetOrSet<Person?>(key, static _ => null)) is not null;

    public void Set(string key, object value) => cache.Set<Person?>(key, Person.Make());
}

/// <summary>Copies because HybridCache makes them.</summary>
internal readonly struct HybridFaceCopySubject(HybridCache cache) : ISubject<HybridFaceCopySubject, string>
{
    public static string Name => "Larder as HybridCache";

    public static bool IsBounded => true;

    public static HybridFaceCopySubject Create(int capacity) => new(Cache.Create(o => o.MaxEntries = capacity).AsHybridCache());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(string key, out object? value)
    {
        ValueTask<Person?> pending = cache.GetOrCreateAsync<Person?>(key, static _ => default);
        value = pending.IsCompletedSuccessfully ? pending.Result : null;
        return value is not null;
    }

    public void Set(string key, object value) => cache.SetAsync<Person?>(key, Person.Make()).AsTask().GetAwaiter().GetResult();
}
