using System.Runtime.CompilerServices;

namespace Larder.Entries;

/// <summary>How many bytes an entry counts for.</summary>
/// <remarks>
/// What the entry says itself counts first, then the user's weigher, then an estimate: the key's characters, the
/// contents of strings and of arrays of primitives, the encoded bytes of an entry that nobody has asked for yet, 256
/// for any other object; and a fixed amount for the entry itself.
/// </remarks>
internal sealed class EntryWeigher(Func<string, object?, long>? weigher)
{
    private const long EntryOverhead = 120;
    private const long UnknownObject = 256;

    public long Weigh(string key, CacheEntry entry)
    {
        if (entry.Traits?.Size is { } size)
            return size;
        if (weigher is not null && entry is not EncodedEntry)
            return Math.Max(0, weigher(key, entry.BoxedValue));
        return EntryOverhead + (2L * key.Length) + entry.EstimateSize();
    }

    public static long Estimate<T>(T value) => value switch
    {
        null => 0,
        string text => 24 + (2L * text.Length),
        byte[] bytes => 24 + (long)bytes.Length,
        ReadOnlyMemory<byte> bytes => bytes.Length,
        Array { Rank: 1 } array when array.GetType().GetElementType()!.IsPrimitive => 24 + Buffer.ByteLength(array),
        _ when typeof(T).IsValueType && !RuntimeHelpers.IsReferenceOrContainsReferences<T>() => Unsafe.SizeOf<T>(),
        _ => UnknownObject,
    };
}
