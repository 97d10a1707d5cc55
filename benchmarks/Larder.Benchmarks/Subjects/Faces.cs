using System.Buffers;
using System.ComponentModel;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace Larder.Benchmarks.Subjects;

/// <summary>Larder behind the framework's HybridCache.</summary>
internal readonly struct HybridFaceSubject(HybridCache cache) : ISubject<HybridFaceSubject, string>
{
    public static string Name => "Larder as HybridCache";

    public static bool IsBounded => true;

    public static HybridFaceSubject Create(int capacity) => new(Cache.Create(o => o.MaxEntries = capacity).AsHybridCache());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(string key, out object? value)
    {
        ValueTask<Held?> pending = cache.GetOrCreateAsync<Held?>(key, static _ => default);
        // A hit is there at once.
        value = pending.IsCompletedSuccessfully ? pending.Result : null;
        return value is not null;
    }

    public void Set(string key, object value) => cache.SetAsync<Held?>(key, new Held(value)).AsTask().GetAwaiter().GetResult();

    /// <summary>A type that HybridCache shares between callers.</summary>
    [ImmutableObject(true)]
    private sealed record Held(object Value);
}

/// <summary>Larder's memory behind the framework's IMemoryCache, called by the interface.</summary>
internal readonly struct MemoryFaceSubject<TKey>(IMemoryCache cache) : ISubject<MemoryFaceSubject<TKey>, TKey>
    where TKey : notnull
{
    public static string Name => "Larder as IMemoryCache, TTL";

    public static bool IsBounded => true;

    public static MemoryFaceSubject<TKey> Create(int capacity) => new(new LarderMemoryCache(new CacheOptions { MaxEntries = capacity }));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(TKey key, out object? value) => cache.TryGetValue(key, out value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Set(TKey key, object value)
    {
        using ICacheEntry entry = cache.CreateEntry(key);
        entry.AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(5);
        entry.Value = value;
    }
}

/// <summary>Larder behind IDistributedCache: an array of the caller's own for each read of 32 bytes.</summary>
internal readonly struct DistributedFaceSubject(IDistributedCache cache) : ISubject<DistributedFaceSubject, string>
{
    public static string Name => "Larder as IDistributedCache";

    public static bool IsBounded => true;

    public static DistributedFaceSubject Create(int capacity) => new(Cache.Create(o => o.MaxEntries = capacity).AsDistributedCache());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(string key, out object? value) => (value = cache.Get(key)) is not null;

    public void Set(string key, object value) => cache.Set(key, new byte[32], new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(5) });
}

/// <summary>The same into a buffer that the caller has.</summary>
internal readonly struct BufferFaceSubject(IBufferDistributedCache cache, ArrayBufferWriter<byte> buffer) : ISubject<BufferFaceSubject, string>
{
    public static string Name => "Larder as IBufferDistributedCache";

    public static bool IsBounded => true;

    public static BufferFaceSubject Create(int capacity) => new(Cache.Create(o => o.MaxEntries = capacity).AsDistributedCache(), new ArrayBufferWriter<byte>(64));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(string key, out object? value)
    {
        buffer.ResetWrittenCount();
        value = buffer;
        return cache.TryGet(key, buffer);
    }

    public void Set(string key, object value) => cache.Set(key, new ReadOnlySequence<byte>(new byte[32]), new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(5) });
}

/// <summary>Microsoft's IDistributedCache in memory, which hands out the array that it keeps.</summary>
internal readonly struct MicrosoftDistributedSubject(IDistributedCache cache) : ISubject<MicrosoftDistributedSubject, string>
{
    public static string Name => "Microsoft MemoryDistributedCache";

    public static bool IsBounded => true;

    public static MicrosoftDistributedSubject Create(int capacity) => new(new MemoryDistributedCache(Options.Create(new MemoryDistributedCacheOptions())));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(string key, out object? value) => (value = cache.Get(key)) is not null;

    public void Set(string key, object value) => cache.Set(key, new byte[32], new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(5) });
}
