using System.IO.Compression;

namespace Larder;

/// <summary>How stored values are compressed.</summary>
public sealed record CompressionOptions
{
    /// <summary>The algorithm. Default <see cref="CompressionAlgorithm.Brotli"/>.</summary>
    public CompressionAlgorithm Algorithm { get; set; } = CompressionAlgorithm.Brotli;

    /// <summary>Payloads smaller than this stay as they are, in bytes. Zero or more. Default 1,024.</summary>
    public int ThresholdBytes { get; set; } = 1024;

    /// <summary>Speed against size. Default <see cref="CompressionLevel.Fastest"/>.</summary>
    public CompressionLevel Level { get; set; } = CompressionLevel.Fastest;
}

/// <summary>A compression algorithm.</summary>
public enum CompressionAlgorithm
{
    /// <summary>Brotli (RFC 7932): small.</summary>
    Brotli,

    /// <summary>Deflate (RFC 1951): quick.</summary>
    Deflate,
}
