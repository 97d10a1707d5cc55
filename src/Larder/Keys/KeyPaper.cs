using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Larder.Keys;

/// <summary>What a thread writes its keys on, one at a time (<see cref="CacheKey"/>).</summary>
/// <remarks>
/// <para>A key is looked up right after it was written, and a processor that reads what it has just written in several
/// pieces waits until all of them are in its cache. So characters are put together in a register and written four at a
/// time, in words that begin at a multiple of four, and <see cref="LookupHash.OfWords"/> reads these words.
/// The length is kept here and not in the key for the same reason: a key is copied when it is passed on.</para>
/// <para>Invariant: the word in which the key ends is zero after its end; where the key ends between two words, the
/// second is zero. So appending to a word is one <c>or</c>.</para>
/// </remarks>
internal sealed class KeyPaper(int capacity)
{
    private const int CharsInWord = sizeof(ulong) / sizeof(char);
    private const uint FourDigits = 10_000;
    private const uint EightDigits = 100_000_000;
    private const ulong DigitsToChars = 0x0030_0030_0030_0030;

    // Appending short text writes the word of its end and the one behind it without looking.
    private const int SpareWords = 4;

    private ulong[] _words = new ulong[WordsFor(capacity)];
    private int _length;

    // The literal that the last key began with: most keys of a thread begin alike, and what is there need not be
    // written again. Its last word has to be, since the last key went on in it.
    private string? _head;
    private ulong _headEnd;

    /// <summary>Whether a key is on it that is still wanted.</summary>
    public bool Taken { get; set; }

    public int Capacity => (_words.Length - SpareWords) * CharsInWord;

    public ReadOnlySpan<char> Written
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => MemoryMarshal.CreateReadOnlySpan(ref Characters, _length);
    }

    private ref char Characters
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref Unsafe.As<ulong, char>(ref MemoryMarshal.GetArrayDataReference(_words));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Begin()
    {
        Taken = true;
        _length = 0;
    }

    /// <summary>The key's hash: that of its characters (<see cref="LookupHash.Of"/>).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Hash(uint seed) =>
        BitConverter.IsLittleEndian ? LookupHash.OfWords(ref MemoryMarshal.GetArrayDataReference(_words), _length, seed) : LookupHash.Of(Written, seed);

    /// <summary>Appends what is a constant of the program.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AppendLiteral(string value)
    {
        if (_length == 0 && ReferenceEquals(value, _head))
        {
            _length = value.Length;
            Word((uint)value.Length / CharsInWord) = _headEnd;
        }
        else
        {
            AppendNewLiteral(value);
        }
    }

    public void Append(scoped ReadOnlySpan<char> value)
    {
        if (_length == 0)
            BeginAnew();
        if (value.Length > Capacity - _length)
            Grow(value.Length);
        if (!BitConverter.IsLittleEndian)
        {
            value.CopyTo(Rest());
            _length += value.Length;
            return;
        }

        ref byte source = ref Unsafe.As<char, byte>(ref MemoryMarshal.GetReference(value));
        int whole = value.Length / CharsInWord;
        for (int i = 0; i < whole; i++)
            AppendWord(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref source, i * sizeof(ulong))), CharsInWord);
        int rest = value.Length % CharsInWord;
        if (rest != 0)
            AppendWord(LookupHash.ReadShort(ref Unsafe.Add(ref source, whole * sizeof(ulong)), (nuint)rest * sizeof(char)), rest);
    }

    /// <summary>Appends a value in the invariant culture.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AppendFormatted<T>(T value, string? format)
    {
        if (typeof(T) == typeof(int) && format is null && TryAppendNumber((uint)(int)(object)value!))
            return;
        if (typeof(T) == typeof(long) && format is null && (ulong)(long)(object)value! < EightDigits && TryAppendNumber((uint)(long)(object)value!))
            return;
        AppendAny(value, format);
    }

    // Most numbers in keys are ids of a few digits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryAppendNumber(uint value)
    {
        if (!BitConverter.IsLittleEndian || value >= EightDigits || _length == 0 || _length > Capacity)
            return false;
        if (value < FourDigits)
        {
            AppendDigits(value);
        }
        else
        {
            AppendDigits(value / FourDigits);
            AppendWord(Digits(value % FourDigits) | DigitsToChars, CharsInWord);
        }

        return true;
    }

    // Without leading zeros.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AppendDigits(uint value)
    {
        ulong digits = Digits(value);
        // The last digit counts even when it is zero.
        uint zeros = (uint)ulong.TrailingZeroCount(digits | (1UL << 48)) / 16;
        AppendWord((digits | DigitsToChars) >> (int)(zeros * 16), CharsInWord - (int)zeros);
    }

    /// <summary>The four digits of a number below 10,000, the first in the lowest of four lanes.</summary>
    /// <remarks>Division by multiplication with the reciprocal, two lanes at once: H. Warren, Hacker's Delight, 10-3.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Digits(uint value)
    {
        uint hundreds = (value * 5243) >> 19;
        ulong pairs = hundreds | ((ulong)(value - (hundreds * 100)) << 32);
        ulong tens = ((pairs * 103) >> 10) & 0x0000_000F_0000_000F;
        return tens | ((pairs - (tens * 10)) << 16);
    }

    // Zero after its last character. There is room.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AppendWord(ulong characters, int count)
    {
        uint length = (uint)_length;
        int shift = (int)(length % CharsInWord * 16);
        ref ulong word = ref Word(length / CharsInWord);
        word |= characters << shift;
        Unsafe.Add(ref word, 1) = characters >> 1 >> (63 - shift);
        _length = (int)length + count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref ulong Word(uint index) => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_words), index);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AppendNewLiteral(string value)
    {
        bool begins = _length == 0;
        Append(value);
        if (begins)
        {
            _head = value;
            _headEnd = Word((uint)value.Length / CharsInWord);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AppendAny<T>(T value, string? format)
    {
        if (value is ISpanFormattable)
        {
            if (_length == 0)
                BeginAnew();
            int written;
            while (!((ISpanFormattable)value).TryFormat(Rest(), out written, format, CultureInfo.InvariantCulture))
                Grow(1);
            _length += written;
            ClearAfterEnd();
        }
        else if (value is IFormattable formattable)
        {
            Append(formattable.ToString(format, CultureInfo.InvariantCulture));
        }
        else
        {
            Append(value?.ToString());
        }
    }

    // What comes is not the last key's head.
    private void BeginAnew()
    {
        _head = null;
        Word(0) = 0;
    }

    private void ClearAfterEnd()
    {
        ref ulong word = ref Word((uint)_length / CharsInWord);
        word &= (1UL << (_length % CharsInWord * 16)) - 1;
    }

    private Span<char> Rest() => MemoryMarshal.CreateSpan(ref Characters, Capacity)[_length..];

    private void Grow(int atLeast)
    {
        ulong[] larger = new ulong[WordsFor(Math.Max(checked(_length + atLeast), Capacity * 2))];
        _words.CopyTo(larger, 0);
        _words = larger;
    }

    private static int WordsFor(int characters) => (characters / CharsInWord) + 1 + SpareWords;
}
