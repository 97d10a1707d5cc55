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
/// xored ("multiply and fold"). Here every secret is drawn at random when the process starts. With the published
/// constants an attacker can make one factor zero and so erase the other; with unknown ones he cannot aim.</para>
/// <para>Never stored or sent: the same key hashes differently in the next process.</para>
/// </remarks>
internal static class LookupHash
{
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
        // Multiplied, so that no small change of the text makes up for another seed.
        ulong state = Secret0 ^ (seed * 0x9E3779B97F4A7C15UL);
        ulong a, b;
        if (length <= 16)
        {
            if (length >= 8)
            {
                a = Read64(ref data, 0);
                b = Read64(ref data, length - 8);
            }
            else if (length >= 4)
            {
                a = Read32(ref data, 0);
                b = Read32(ref data, length - 4);
            }
            else
            {
                a = length == 0 ? 0u : Unsafe.ReadUnaligned<ushort>(ref data);
                b = 0;
            }
        }
        else
        {
            state = Long(ref data, length, state);
            a = Read64(ref data, length - 16);
            b = Read64(ref data, length - 8);
        }

        return Finish(Fold(a ^ Secret1, b ^ state), length);
    }

    /// <summary>Spreads a hash code of unknown quality; the upper bits are the good ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Spread(int hashCode)
    {
        // Fibonacci hashing (Knuth, TAOCP 6.4): consecutive codes land evenly apart in the upper bits.
        return (uint)hashCode * 0x9E3779B1u;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Finish(ulong folded, nuint length)
    {
        ulong mixed = Fold(folded ^ Secret2, length ^ Secret3);
        return (uint)(mixed ^ (mixed >> 32));
    }

    // Every block but the last 16 bytes, which the caller reads: with the length mixed in, overlapping them is fine.
    private static ulong Long(ref byte data, nuint length, ulong state)
    {
        nuint offset = 0;
        if (length > 48)
        {
            ulong second = state, third = state;
            do
            {
                state = Fold(Read64(ref data, offset) ^ Secret1, Read64(ref data, offset + 8) ^ state);
                second = Fold(Read64(ref data, offset + 16) ^ Secret2, Read64(ref data, offset + 24) ^ second);
                third = Fold(Read64(ref data, offset + 32) ^ Secret3, Read64(ref data, offset + 40) ^ third);
                offset += 48;
            }
            while (length - offset > 48);
            state ^= second ^ BitOperations.RotateLeft(third, 17);
        }

        while (length - offset > 16)
        {
            state = Fold(Read64(ref data, offset) ^ Secret1, Read64(ref data, offset + 8) ^ state);
            offset += 16;
        }

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

    private static ulong RandomSecret()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(bytes);
        return MemoryMarshal.Read<ulong>(bytes) | 1;
    }
}
