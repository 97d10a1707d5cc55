using Larder.Tests.Caching;
using Larder.Tests.Diagnostics;
using Microsoft.Extensions.Caching.Hybrid;

namespace Larder.Tests.Hybrid;

/// <summary>A <see cref="HybridCache"/> over a cache on manual time, and others over the same store.</summary>
internal sealed class HybridBed : IAsyncDisposable
{
    private readonly LarderHybridCacheOptions? _options;

    public HybridBed(StoreKind kind = StoreKind.None, LarderHybridCacheOptions? options = null, Action<CacheOptions>? configure = null)
    {
        _options = options;
        Bed = new Testbed(kind, o =>
        {
            o.LoggerFactory = Logs;
            configure?.Invoke(o);
        });
        Cache = Bed.Cache.AsHybridCache(options);
    }

    public Testbed Bed { get; }

    public HybridCache Cache { get; }

    public RecordingLoggerFactory Logs { get; } = new();

    /// <summary>How often a factory of this bed ran.</summary>
    public int Runs { get; private set; }

    /// <summary>A cache that has nothing in its memory: what it sees is what the store has.</summary>
    public HybridCache Another() => Bed.Another().AsHybridCache(_options);

    /// <summary>Asks for a key with a factory that returns <paramref name="value"/>.</summary>
    public ValueTask<T> Ask<T>(string key, T value, HybridCacheEntryOptions? options = null, IEnumerable<string>? tags = null, HybridCache? cache = null, CancellationToken cancellationToken = default) =>
        (cache ?? Cache).GetOrCreateAsync(
            key,
            (Bed: this, value),
            static (state, _) =>
            {
                state.Bed.Runs++;
                return new ValueTask<T>(state.value);
            },
            options,
            tags,
            cancellationToken);

    /// <summary>What is cached; the type's default when nothing is.</summary>
    public static ValueTask<T> Peek<T>(HybridCache cache, string key, HybridCacheEntryFlags flags = HybridCacheEntryFlags.None) =>
        cache.GetOrCreateAsync<T>(
            key,
            static _ => throw new InvalidOperationException("Nothing is to be computed here."),
            new HybridCacheEntryOptions { Flags = flags | HybridCacheEntryFlags.DisableUnderlyingData });

    /// <summary>How many bytes the store holds under a key.</summary>
    public async ValueTask<int> StoredBytesAsync(string key)
    {
        await foreach (string stored in Bed.Store.ScanAsync("", CancellationToken.None))
        {
            if (stored.EndsWith(":" + key, StringComparison.Ordinal))
                return (await Bed.Store.GetAsync(stored, CancellationToken.None))!.Value.Length;
        }

        return 0;
    }

    public ValueTask DisposeAsync() => Bed.DisposeAsync();
}
