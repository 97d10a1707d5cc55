using System.Buffers.Binary;

namespace Larder.Serialization;

/// <summary>
/// The stored form of an entry: header, payload, checksum. Reader and writer stand side by side; the layout is
/// described in docs/serialization.md and pinned by golden bytes in the tests.
/// </summary>
/// <remarks>
/// <code>
/// version:u8 flags:u16 serializer:u8 [key id:varint] created:svarint [fresh - created:svarint] [stale - fresh:svarint]
/// [sliding:varint, its limit - fresh:svarint] [epoch:svarint] [value version:svarint] [last modified: utc ticks:varint, offset minutes:svarint]
/// [etag:string] [tags: count:varint, string*] payload checksum:u32
/// </code>
/// <para>Little-endian. A varint is LEB128, an svarint zigzag LEB128, a string a varint length and UTF-8. A field in
/// brackets is there when its flag says so. The checksum is CRC-32C over everything before it. The version byte
/// comes first and the checksum last in every version, so that an old reader can tell a new entry from a damaged one.</para>
/// </remarks>
internal static class Envelope
{
    public const byte FormatVersion = 1;

    /// <summary>Version, flags, serializer, one byte of created, checksum.</summary>
    private const int MinBytes = 1 + 2 + 1 + 1 + Crc32C.Size;

    /// <summary>Version, flags and serializer, key id, and seven varints plus the two of last-modified and the tags' count.</summary>
    private const int MaxFixedHeaderBytes = 4 + (11 * WireWriter.MaxVarintBytes);

    /// <summary>A tag takes two bytes at least: its length and a character.</summary>
    private const int MinTagBytes = 2;

    [Flags]
    private enum Flags : ushort
    {
        None = 0,
        Null = 1 << 0,
        Brotli = 1 << 1,
        Deflate = 1 << 2,
        Encrypted = 1 << 3,
        NeverExpires = 1 << 4,
        Grace = 1 << 5,
        Sliding = 1 << 6,
        Epoch = 1 << 7,
        Version = 1 << 8,
        LastModified = 1 << 9,
        ETag = 1 << 10,
        Tags = 1 << 11,
        Known = (1 << 12) - 1,
    }

    /// <summary>A size that <see cref="WriteHeader"/> does not exceed.</summary>
    public static int MaxHeaderBytes(in EnvelopeHeader header)
    {
        int bytes = MaxFixedHeaderBytes;
        if (header.ETag is { } etag)
            bytes = checked(bytes + WireWriter.MaxStringBytes(etag));
        foreach (string tag in header.Tags ?? [])
            bytes = checked(bytes + WireWriter.MaxStringBytes(tag));
        return bytes;
    }

    /// <summary>Writes everything that comes before the payload.</summary>
    /// <returns>How many bytes were written.</returns>
    /// <exception cref="ArgumentException">A tag is empty, or a tag or the ETag is not well-formed text.</exception>
    public static int WriteHeader(in EnvelopeHeader header, in PayloadFormat format, Span<byte> destination)
    {
        Flags flags = FlagsOf(header, format);
        var writer = new WireWriter(destination);
        writer.WriteByte(FormatVersion);
        writer.WriteUInt16LittleEndian((ushort)flags);
        writer.WriteByte(format.SerializerId);
        if (format.EncryptionKeyId is { } keyId)
            writer.WriteVarint(keyId);

        // Differences wrap around on purpose: any two longs come back as they were.
        writer.WriteSignedVarint(header.Created);
        if (!Has(flags, Flags.NeverExpires))
            writer.WriteSignedVarint(unchecked(header.FreshUntil - header.Created));
        if (Has(flags, Flags.Grace))
            writer.WriteSignedVarint(unchecked(header.StaleUntil - header.FreshUntil));
        if (Has(flags, Flags.Sliding))
        {
            writer.WriteVarint((ulong)header.Sliding);
            writer.WriteSignedVarint(unchecked(header.SlidingLimit - header.FreshUntil));
        }

        if (Has(flags, Flags.Epoch))
            writer.WriteSignedVarint(header.Epoch);
        if (Has(flags, Flags.Version))
            writer.WriteSignedVarint(header.Version);
        if (header.LastModified is { } lastModified)
        {
            writer.WriteVarint((ulong)lastModified.UtcTicks);
            writer.WriteSignedVarint(lastModified.TotalOffsetMinutes);
        }

        if (header.ETag is { } etag)
            writer.WriteString(etag, "ETag");
        if (Has(flags, Flags.Tags))
            WriteTags(ref writer, header.Tags!);
        return writer.Written;
    }

    /// <summary>Reads and checks everything but the payload.</summary>
    /// <param name="bytes">What a store gave.</param>
    /// <param name="header">The header.</param>
    /// <param name="format">How the payload is written.</param>
    /// <param name="headerBytes">Where the payload begins; it ends before the checksum.</param>
    public static DecodeOutcome TryRead(ReadOnlySpan<byte> bytes, out EnvelopeHeader header, out PayloadFormat format, out int headerBytes)
    {
        header = default;
        format = default;
        headerBytes = 0;
        if (bytes.Length < MinBytes)
            return DecodeOutcome.Truncated;
        if (bytes[0] != FormatVersion)
            return DecodeOutcome.UnknownVersion;
        ReadOnlySpan<byte> covered = bytes[..^Crc32C.Size];
        if (Crc32C.Of(covered) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[covered.Length..]))
            return DecodeOutcome.BadChecksum;

        // The checksum holds, but whoever writes to the store can compute one: what follows is still only bytes.
        var reader = new WireReader(covered);
        if (!TryReadFormat(ref reader, out Flags flags, out format) || !TryReadHeader(ref reader, flags, out header))
            return DecodeOutcome.Malformed;
        headerBytes = reader.Position;
        return DecodeOutcome.Ok;
    }

    /// <summary>Ends an envelope: writes the checksum of everything before its place into the last four bytes.</summary>
    public static void WriteChecksum(Span<byte> envelope) =>
        BinaryPrimitives.WriteUInt32LittleEndian(envelope[^Crc32C.Size..], Crc32C.Of(envelope[..^Crc32C.Size]));

    // Not Enum.HasFlag, which boxes until the JIT has optimized its caller.
    private static bool Has(Flags flags, Flags flag) => (flags & flag) != Flags.None;

    private static Flags FlagsOf(in EnvelopeHeader header, in PayloadFormat format)
    {
        Flags flags = format.Compression switch
        {
            CompressionAlgorithm.Brotli => Flags.Brotli,
            CompressionAlgorithm.Deflate => Flags.Deflate,
            _ => Flags.None,
        };
        if (format.IsNull)
            flags |= Flags.Null;
        if (format.EncryptionKeyId is not null)
            flags |= Flags.Encrypted;
        if (header.FreshUntil == EnvelopeHeader.Never)
            flags |= Flags.NeverExpires;
        if (header.StaleUntil != header.FreshUntil)
            flags |= Flags.Grace;
        if (header.Sliding > 0)
            flags |= Flags.Sliding;
        if (header.Epoch != 0)
            flags |= Flags.Epoch;
        if (header.Version != 0)
            flags |= Flags.Version;
        if (header.LastModified is not null)
            flags |= Flags.LastModified;
        if (header.ETag is not null)
            flags |= Flags.ETag;
        if (header.Tags is { Count: > 0 })
            flags |= Flags.Tags;
        return flags;
    }

    private static bool TryReadFormat(ref WireReader reader, out Flags flags, out PayloadFormat format)
    {
        format = default;
        flags = Flags.None;
        if (!reader.TryReadByte(out _) || !reader.TryReadUInt16LittleEndian(out ushort bits) || !reader.TryReadByte(out byte serializerId))
            return false;
        flags = (Flags)bits;
        const Flags BothCompressions = Flags.Brotli | Flags.Deflate;
        if ((flags & ~Flags.Known) != Flags.None || (flags & BothCompressions) == BothCompressions)
            return false;
        bool isNull = Has(flags, Flags.Null);
        if (isNull != (serializerId == SerializerId.None) || (isNull && (flags & BothCompressions) != Flags.None))
            return false;

        uint? keyId = null;
        if (Has(flags, Flags.Encrypted))
        {
            if (!reader.TryReadVarint(out ulong id) || id > uint.MaxValue)
                return false;
            keyId = (uint)id;
        }

        CompressionAlgorithm? compression = Has(flags, Flags.Brotli) ? CompressionAlgorithm.Brotli
            : Has(flags, Flags.Deflate) ? CompressionAlgorithm.Deflate
            : null;
        format = new PayloadFormat(serializerId, compression, keyId);
        return true;
    }

    private static bool TryReadHeader(ref WireReader reader, Flags flags, out EnvelopeHeader header)
    {
        header = default;
        ulong sliding = 0;
        long fresh = 0, grace = 0, slidingLimit = 0, epoch = 0, version = 0;
        DateTimeOffset? lastModified = null;
        string? etag = null;
        string[]? tags = null;
        bool read = reader.TryReadSignedVarint(out long created)
            && (Has(flags, Flags.NeverExpires) || reader.TryReadSignedVarint(out fresh))
            && (!Has(flags, Flags.Grace) || reader.TryReadSignedVarint(out grace))
            && (!Has(flags, Flags.Sliding) || reader.TryReadVarint(out sliding))
            && sliding <= EnvelopeHeader.LongestSliding
            && (!Has(flags, Flags.Sliding) || reader.TryReadSignedVarint(out slidingLimit))
            && (!Has(flags, Flags.Epoch) || reader.TryReadSignedVarint(out epoch))
            && (!Has(flags, Flags.Version) || reader.TryReadSignedVarint(out version))
            && (!Has(flags, Flags.LastModified) || TryReadLastModified(ref reader, out lastModified))
            && (!Has(flags, Flags.ETag) || reader.TryReadString(out etag))
            && (!Has(flags, Flags.Tags) || TryReadTags(ref reader, out tags));
        if (!read)
            return false;

        long freshUntil = Has(flags, Flags.NeverExpires) ? EnvelopeHeader.Never : unchecked(created + fresh);
        header = new EnvelopeHeader
        {
            Created = created,
            FreshUntil = freshUntil,
            StaleUntil = unchecked(freshUntil + grace),
            Sliding = (long)sliding,
            SlidingLimit = Has(flags, Flags.Sliding) ? unchecked(freshUntil + slidingLimit) : 0,
            Epoch = epoch,
            Version = version,
            LastModified = lastModified,
            ETag = etag,
            Tags = tags,
        };
        return true;
    }

    private static bool TryReadLastModified(ref WireReader reader, out DateTimeOffset? value)
    {
        value = null;
        if (!reader.TryReadVarint(out ulong utcTicks) || !reader.TryReadSignedVarint(out long offsetMinutes))
            return false;
        if (utcTicks > (ulong)DateTime.MaxValue.Ticks || offsetMinutes is < -14 * 60 or > 14 * 60)
            return false;
        long localTicks = (long)utcTicks + (offsetMinutes * TimeSpan.TicksPerMinute);
        if (localTicks < 0 || localTicks > DateTime.MaxValue.Ticks)
            return false;
        value = new DateTimeOffset(localTicks, TimeSpan.FromMinutes(offsetMinutes));
        return true;
    }

    private static void WriteTags(ref WireWriter writer, IReadOnlyCollection<string> tags)
    {
        writer.WriteVarint((ulong)tags.Count);
        foreach (string tag in tags)
        {
            if (string.IsNullOrEmpty(tag))
                throw new ArgumentException("A tag of the entry is null or empty; a tag has one character at least.", nameof(tags));
            writer.WriteString(tag, "tag");
        }
    }

    private static bool TryReadTags(ref WireReader reader, out string[]? tags)
    {
        tags = null;
        // The array is made only for as many tags as the remaining bytes can hold.
        if (!reader.TryReadVarint(out ulong count) || count == 0 || count > (ulong)reader.Remaining / MinTagBytes)
            return false;
        string[] all = new string[count];
        for (int i = 0; i < all.Length; i++)
        {
            if (!reader.TryReadString(out string? tag) || tag.Length == 0)
                return false;
            all[i] = tag;
        }

        tags = all;
        return true;
    }
}
