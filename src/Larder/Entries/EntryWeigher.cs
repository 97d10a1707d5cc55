using System.Runtime.CompilerServices;
using Larder.Partitions;

namespace Larder.Entries;

/// <summary>How many bytes an entry counts for.</summary>
/// <remarks>
/// What the entry says itself counts first, then the user's weigher, then an estimate: the key's characters, the
/// contents of strings and of arrays of primitives, the encoded bytes of an entry that nobody has asked for yet, 256
/// for any other object; and a fixed amount for the entry itself. A weigher that throws must not cost a caller its
/// value: then the estimate counts, and somebody is told.
/// </remarks>
/// <param name="weigher">The user's.</param>
/// <param name="failed">Told when it throws. A lock may be held.</param>
internal sealed class EntryWeigher(Func<string, object?, long>? weigher, Action<EntryKey, Exception> failed)
{
    private const long EntryOverhead = 120;
    private const long UnknownObject = 256;

    public long Weigh(in EntryKey key, CacheEntry entry)
    {
        if (entry.Traits?.Size is { } size)
            return size;
        if (weigher is not null && entry is not EncodedEntry)
        {
            try
            {
                return Math.Max(0, weigher(key.Key, entry.BoxedValue));
            }
            catch (Exception error)
            {
                failed(key, error);
            }
        }

        return EntryOverhead + (2L * key.Key.Length) + entry.EstimateSize();
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
