namespace Larder.Serialization;

/// <summary>What is stored with a value. All times are milliseconds of the wall clock since the Unix epoch.</summary>
/// <remarks>As read by <see cref="PayloadCodec.TryReadHeader"/> it is guarded by the checksum only; after <see cref="PayloadCodec.TryDecode{T}(string, ReadOnlyMemory{byte}, out EnvelopeHeader, out T)"/> of an encrypted entry it is authenticated.</remarks>
internal readonly record struct EnvelopeHeader
{
    /// <summary>A time that never comes.</summary>
    public const long Never = long.MaxValue;

    /// <summary>The longest <see cref="Sliding"/>: what a span can say.</summary>
    public const long LongestSliding = long.MaxValue / TimeSpan.TicksPerMillisecond;

    /// <summary>When the value was computed.</summary>
    public long Created { get; init; }

    /// <summary>Until when the value is fresh, or <see cref="Never"/>.</summary>
    public long FreshUntil { get; init; }

    /// <summary>Until when the value may be served stale; equal to <see cref="FreshUntil"/> without grace.</summary>
    public long StaleUntil { get; init; }

    /// <summary>The sliding expiration in milliseconds; zero for none.</summary>
    public long Sliding { get; init; }

    /// <summary>Where sliding ends, or <see cref="Never"/>; of no meaning without <see cref="Sliding"/>.</summary>
    public long SlidingLimit { get; init; }

    /// <summary>The store's epoch counter from before the value was computed.</summary>
    public long Epoch { get; init; }

    /// <summary>The value's version.</summary>
    public long Version { get; init; }

    /// <summary>The entry's tags, or <see langword="null"/>. None is empty.</summary>
    public IReadOnlyCollection<string>? Tags { get; init; }

    /// <summary>The source's validator.</summary>
    public string? ETag { get; init; }

    /// <summary>When the source last changed.</summary>
    public DateTimeOffset? LastModified { get; init; }
}
