using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;

namespace Larder.Serialization;

/// <summary>The specification's timestamp extension (type -1), as ISO 8601 text. Larder reads it and does not write it: its own instants are what the JSON contract makes of them.</summary>
internal static class MessagePackTimestamp
{
    private const int MaxNanoseconds = 999_999_999;

    // 0001-01-01 to 9999-12-31, which is what ISO 8601 text with four digits for the year can say.
    private static readonly long MinSeconds = DateTimeOffset.MinValue.ToUnixTimeSeconds();
    private static readonly long MaxSeconds = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    /// <exception cref="FormatException">The data are no timestamp, or one outside the years 1 to 9999.</exception>
    public static void Write(ReadOnlySpan<byte> data, Utf8JsonWriter writer)
    {
        (long seconds, uint nanoseconds) = Read(data);
        if (nanoseconds > MaxNanoseconds || seconds < MinSeconds || seconds > MaxSeconds)
            throw new FormatException($"A MessagePack timestamp of {seconds} s and {nanoseconds} ns is out of range.");
        string whole = DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
        writer.WriteStringValue(nanoseconds == 0 ? $"{whole}Z" : string.Create(CultureInfo.InvariantCulture, $"{whole}.{nanoseconds:D9}Z"));
    }

    private static (long Seconds, uint Nanoseconds) Read(ReadOnlySpan<byte> data)
    {
        switch (data.Length)
        {
            case 4:
                return (BinaryPrimitives.ReadUInt32BigEndian(data), 0);
            case 8:
                // 30 bits of nanoseconds above 34 bits of seconds.
                ulong both = BinaryPrimitives.ReadUInt64BigEndian(data);
                return ((long)(both & 0x3_FFFF_FFFF), (uint)(both >> 34));
            case 12:
                return (BinaryPrimitives.ReadInt64BigEndian(data[4..]), BinaryPrimitives.ReadUInt32BigEndian(data));
            default:
                throw new FormatException($"A MessagePack timestamp has 4, 8 or 12 bytes, not {data.Length}.");
        }
    }
}
