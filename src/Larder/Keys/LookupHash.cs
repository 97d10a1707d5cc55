using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;

namespace Larder.Keys;

/// <summary>
/// A keyed hash of characters: fast for the short keys that caches have, and useless to someone who wants to
/// send many keys that collide.
/// </summary>
/// <remarks>
/// <para>The construction is that of wyhash (Wang Yi, 2019, https://github.com/wangyi-fudan/wyhash) and its
/// successor rapidhash: 16 bytes at a time are combined with secrets, multiplied to 128 bits, and the halves are
/// xored ("multiply and fold"), with one plain multiplication at the end. Here every secret is drawn at random when the process starts. With the published
/// constants an attacker can make one factor zero and so erase the other; with unknown ones he cannot aim.</para>
/// <para>Never stored or sent: the same key hashes differently in the next process.</para>
/// </remarks>
internal static class LookupHash
{
    // A longer text is hashed in strides of so many bytes.
    private const int Stride = 48;

    private static readonly ulong Secret0 = RandomSecret();
    private static readonly ulong Secret1 = RandomSecret();
    private static readonly ulong Secret2 = RandomSecret();
    private static readonly ulong Secret3 = RandomSecret();

    /// <summary>Hashes characters by their UTF-16 code units.</summary>
    /// <param name="text">The characters.</param>
    /// <param name="seed">Mixed in first: tells equal texts in different places apart.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Of(ReadOnlySpan<char> text, uint seed = 0)
    {
        nuint length = (nuint)text.Length * sizeof(char);
        ref byte data = ref Unsafe.As<char, byte>(ref MemoryMarshal.GetReference(text));
        if (length <= sizeof(ulong))
            return Finish(ReadShort(ref data, length), 0, length, Start(seed));

        // The words are at multiples of their size: a key that was just written in pieces is read with fewer waits so.
        ulong state = Start(seed);
        if (length > 16)
            state = Long(ref data, length, state);
        return Finish(Read64(ref data, LastWord(length) - sizeof(ulong)), ReadLast(ref data, length), length, state);
    }

    /// <summary>Hashes as much of a text's beginning as is hashed alike in all texts that are not much longer.</summary>
    /// <param name="beginning">What they begin with.</param>
    /// <param name="seed">As for <see cref="Of"/>.</param>
    /// <param name="hashed">How many characters are hashed: a few strides, or none when it is too short to be worth it.</param>
    public static ulong Begin(ReadOnlySpan<char> beginning, uint seed, out int hashed)
    {
        nuint length = (nuint)beginning.Length * sizeof(char);
        if (length <= Stride)
        {
            hashed = 0;
            return 0;
        }

        ulong state = Strides(ref Unsafe.As<char, byte>(ref MemoryMarshal.GetReference(beginning)), length, Start(seed), out nuint offset);
        hashed = (int)offset / sizeof(char);
        return state;
    }

    /// <summary>Whether <see cref="GoOn"/> is for a text of this length.</summary>
    /// <param name="length">The whole text's.</param>
    /// <param name="hashed">As <see cref="Begin"/> says.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool CanGoOn(int length, int hashed) => hashed != 0 && length - hashed <= Stride / sizeof(char);

    /// <summary>The same hash as <see cref="Of"/>, of a text whose beginning is hashed already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint GoOn(ulong state, int hashed, ReadOnlySpan<char> text)
    {
        nuint length = (nuint)text.Length * sizeof(char);
        ref byte data = ref Unsafe.As<char, byte>(ref MemoryMarshal.GetReference(text));
        state = Blocks(ref data, (nuint)hashed * sizeof(char), length, state);
        return Finish(Read64(ref data, LastWord(length) - sizeof(ulong)), ReadLast(ref data, length), length, state);
    }

    /// <summary>Spreads a hash code of unknown quality; the upper bits are the good ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Spread(int hashCode)
    {
        // Fibonacci hashing (Knuth, TAOCP 6.4): consecutive codes land evenly apart in the upper bits.
        return (uint)hashCode * 0x9E3779B1u;
    }

    // Multiplied, so that no small change of the text makes up for another seed.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Start(uint seed) => Secret0 ^ (seed * 0x9E3779B97F4A7C15UL);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nuint LastWord(nuint length) => (length - 1) & ~(nuint)(sizeof(ulong) - 1);

    // Folding alone leaves some short texts less than evenly spread; the upper half of one more product does not.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Finish(ulong a, ulong b, nuint length, ulong state) =>
        (uint)((Fold(a ^ Secret1, b ^ state ^ (length * Secret2)) * Secret3) >> 32);

    // Every block but the last two words, which the caller reads: with the length mixed in, overlapping them is fine.
    private static ulong Long(ref byte data, nuint length, ulong state)
    {
        nuint offset = 0;
        if (length > Stride)
            state = Strides(ref data, length, state, out offset);
        return Blocks(ref data, offset, length, state);
    }

    // In three lanes, while more than one stride is left.
    private static ulong Strides(ref byte data, nuint length, ulong state, out nuint offset)
    {
        ulong second = state, third = state;
        nuint at = 0;
        do
        {
            state = Fold(Read64(ref data, at) ^ Secret1, Read64(ref data, at + 8) ^ state);
            second = Fold(Read64(ref data, at + 16) ^ Secret2, Read64(ref data, at + 24) ^ second);
            third = Fold(Read64(ref data, at + 32) ^ Secret3, Read64(ref data, at + 40) ^ third);
            at += Stride;
        }
        while (length - at > Stride);
        offset = at;
        return state ^ second ^ BitOperations.RotateLeft(third, 17);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Blocks(ref byte data, nuint offset, nuint length, ulong state)
    {
        for (; length - offset > 16; offset += 16)
            state = Fold(Read64(ref data, offset) ^ Secret1, Read64(ref data, offset + 8) ^ state);
        return state;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold(ulong a, ulong b)
    {
        // With two results from one instruction, one would take the way through memory: longer than a second multiplication.
        if (Bmi2.X64.IsSupported)
            return Bmi2.X64.MultiplyNoFlags(a, b) ^ (a * b);
        ulong high = Math.BigMul(a, b, out ulong low);
        return high ^ low;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Read64(ref byte data, nuint offset) => Unsafe.ReadUnaligned<ulong>(ref Unsafe.AddByteOffset(ref data, offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Read32(ref byte data, nuint offset) => Unsafe.ReadUnaligned<uint>(ref Unsafe.AddByteOffset(ref data, offset));

    // The last word as if the text ended in zeros, which are not there to be read.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong ReadLast(ref byte data, nuint length) => Read64(ref data, length - sizeof(ulong)) >> (int)((0 - length) * 8 % 64);

    // Up to eight bytes, as if zeros followed.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong ReadShort(ref byte data, nuint length)
    {
        if (length == sizeof(ulong))
            return Read64(ref data, 0);
        // Of three characters the middle one is read twice.
        if (length >= sizeof(uint))
            return Read32(ref data, 0) | ((ulong)Read32(ref data, length - sizeof(uint)) << (int)((length - sizeof(uint)) * 8));
        return length == 0 ? 0u : Unsafe.ReadUnaligned<ushort>(ref data);
    }

    private static ulong RandomSecret()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(bytes);
        return MemoryMarshal.Read<ulong>(bytes) | 1;
    }
}
