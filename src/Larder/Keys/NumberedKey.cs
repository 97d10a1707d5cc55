using System.Runtime.CompilerServices;

namespace Larder.Keys;

/// <summary>
/// A key that is not written: a constant and a number behind it, as in <c>$"user:{id}"</c> or in the key of a memoized
/// method of one <see cref="int"/>.
/// </summary>
/// <param name="Head">What stands before the number. Two are the same if they are the same string object.</param>
/// <param name="Number">The number, and in the two highest bits how it is written; 0 for one that cannot be part of such a key.</param>
internal readonly record struct NumberedKey(string Head, ulong Number)
{
    private const int NumberBits = 62;
    private const ulong Plain = 1UL << NumberBits;
    private const ulong Int32Part = 2UL << NumberBits;
    private const ulong Int64Part = 3UL << NumberBits;

    /// <summary>Whether the key is one.</summary>
    public bool IsValid
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Number != 0;
    }

    /// <summary>A number whose digits follow the head.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Digits(long number) => Packed(Plain, number);

    /// <summary>A number as <see cref="CacheKeyWriter.Append(int)"/> writes it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Part(int number) => Int32Part | (uint)number;

    /// <summary>A number as <see cref="CacheKeyWriter.Append(long)"/> writes it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Part(long number) => Packed(Int64Part, number);

    /// <summary>Spreads keys, by the number and by the end of the head, in which most heads differ.</summary>
    /// <param name="seed">Spreads equal keys of several partitions.</param>
    /// <returns>The upper bits are good ones.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Spread(uint seed)
    {
        ref char head = ref Unsafe.AsRef(in Head.GetPinnableReference());
        ulong end = Head.Length < sizeof(ulong) / sizeof(char)
            ? head
            : Unsafe.ReadUnaligned<ulong>(ref Unsafe.As<char, byte>(ref Unsafe.Add(ref head, Head.Length - (sizeof(ulong) / sizeof(char)))));

        // Fibonacci hashing (Knuth, TAOCP 6.4): consecutive numbers land evenly apart.
        return (Number + seed + (end * 0xD6E8FEB86659FD93UL)) * 0x9E3779B97F4A7C15UL;
    }

    /// <summary>Writes the key.</summary>
    /// <param name="paper">Empty.</param>
    public void WriteTo(KeyPaper paper)
    {
        paper.Append(Head);
        long number = (long)(Number & (Plain - 1));
        switch (Number & ~(Plain - 1))
        {
            case Int32Part:
                paper.Append(CacheKeyWriter.Int32Tag);
                paper.AppendFormatted((int)number, format: null);
                break;
            case Int64Part:
                paper.Append(CacheKeyWriter.Int64Tag);
                paper.AppendFormatted(number, format: null);
                break;
            default:
                paper.AppendFormatted(number, format: null);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Packed(ulong how, long number) => (ulong)number < Plain ? how | (ulong)number : 0;
}
