using Microsoft.Extensions.Caching.Hybrid;

namespace Larder;

/// <summary>How a cache behaves as a <see cref="HybridCache"/>. The names and defaults are those of Microsoft's <c>HybridCacheOptions</c>.</summary>
public sealed record LarderHybridCacheOptions
{
    /// <summary>What holds for a call that does not say otherwise. Default <see langword="null"/>: the cache's own <see cref="CacheOptions.DefaultTtl"/>, every tier.</summary>
    public HybridCacheEntryOptions? DefaultEntryOptions { get; set; }

    /// <summary>The longest key, in characters. 1 or more. Default 1,024. Under a longer one nothing is cached, and the log says so.</summary>
    public int MaximumKeyLength { get; set; } = 1024;

    /// <summary>The largest value that is written to a store, in bytes as serialized. 1 to 2,147,483,647, and at most <see cref="CacheOptions.MaxPayloadBytes"/> counts. Default 1 MiB. A larger one stays in memory only, and the log says so.</summary>
    public long MaximumPayloadBytes { get; set; } = 1024 * 1024;

    /// <summary>Whether nothing is compressed, whatever <see cref="CacheOptions.Compression"/> says. Default <see langword="false"/>.</summary>
    public bool DisableCompression { get; set; }

    internal void Validate(OptionErrors errors)
    {
        errors.Check(MaximumKeyLength >= 1, nameof(MaximumKeyLength), MaximumKeyLength, "it must be 1 or more");
        errors.Check(MaximumPayloadBytes is >= 1 and <= int.MaxValue, nameof(MaximumPayloadBytes), MaximumPayloadBytes, "it must be 1 to 2147483647");
        errors.Lifetime($"{nameof(DefaultEntryOptions)}.{nameof(HybridCacheEntryOptions.Expiration)}", DefaultEntryOptions?.Expiration);
        errors.Lifetime($"{nameof(DefaultEntryOptions)}.{nameof(HybridCacheEntryOptions.LocalCacheExpiration)}", DefaultEntryOptions?.LocalCacheExpiration);
    }
}
