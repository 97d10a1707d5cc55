using System.Collections.Concurrent;
using Larder.Serialization;

namespace Larder.Hybrid;

/// <summary>The serializers of a host's caches: one for each, however often its options are made, so that nothing seems to have changed when they are.</summary>
internal sealed class HybridSerializers(IServiceProvider provider)
{
    private readonly ConcurrentDictionary<string, (ICacheSerializer? Own, HybridCacheSerializer Made)> _byOptions = new(StringComparer.Ordinal);

    /// <summary>The registered serializers over a cache's own.</summary>
    /// <param name="optionsName">Whose.</param>
    /// <param name="own">The cache's own; <see langword="null"/> for the default.</param>
    public HybridCacheSerializer Over(string optionsName, ICacheSerializer? own) =>
        _byOptions.AddOrUpdate(optionsName, _ => Make(own), (_, known) => ReferenceEquals(known.Own, own) ? known : Make(own)).Made;

    private (ICacheSerializer? Own, HybridCacheSerializer Made) Make(ICacheSerializer? own) =>
        (own, new HybridCacheSerializer(provider, own ?? CacheSerializers.Json()));
}
