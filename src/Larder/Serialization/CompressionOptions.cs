using System.IO.Compression;

namespace Larder;

/// <summary>How stored values are compressed.</summary>
/// <remarks>A compressed form is kept only when it is smaller. What is read back is never decompressed beyond <see cref="CacheOptions.MaxPayloadBytes"/>.</remarks>
public sealed record CompressionOptions
{
    /// <summary>The algorithm for new values; every algorithm is read. Default <see cref="CompressionAlgorithm.Brotli"/>.</summary>
    public CompressionAlgorithm Algorithm { get; set; } = CompressionAlgorithm.Brotli;

    /// <summary>Payloads smaller than this stay as they are, in bytes. Zero or more. Default 1,024.</summary>
    public int ThresholdBytes { get; set; } = 1024;

    /// <summary>Speed against size. Any but <see cref="CompressionLevel.NoCompression"/>. Default <see cref="CompressionLevel.Fastest"/>.</summary>
    public CompressionLevel Level { get; set; } = CompressionLevel.Fastest;

    /// <summary>What is wrong with these options: each names the option, its value and what would be right.</summary>
    internal IEnumerable<string> Failures()
    {
        if (!Enum.IsDefined(Algorithm))
            yield return $"Compression.Algorithm is {Algorithm}; it must be {nameof(CompressionAlgorithm.Brotli)} or {nameof(CompressionAlgorithm.Deflate)}.";
        if (ThresholdBytes < 0)
            yield return $"Compression.ThresholdBytes is {ThresholdBytes}; it must be zero or more.";
        if (Level == CompressionLevel.NoCompression)
            yield return $"Compression.Level is {Level}; to store values as they are, leave Compression null.";
        else if (!Enum.IsDefined(Level))
            yield return $"Compression.Level is {Level}; it must be {nameof(CompressionLevel.Fastest)}, {nameof(CompressionLevel.Optimal)} or {nameof(CompressionLevel.SmallestSize)}.";
    }
}

/// <summary>A compression algorithm.</summary>
public enum CompressionAlgorithm
{
    /// <summary>Brotli (RFC 7932): small.</summary>
    Brotli,

    /// <summary>Deflate (RFC 1951): quick.</summary>
    Deflate,
}
