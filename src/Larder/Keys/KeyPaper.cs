using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Larder.Keys;

/// <summary>What a thread writes its keys on, one at a time (<see cref="CacheKey"/>).</summary>
/// <remarks>
/// <para>A key is looked up right after it was written, and a processor that reads what it has just written in other
/// pieces waits until all of them are in its cache. The usual key is a literal and a number: its number is put together
/// in a register and written in whole words, which <see cref="LookupHash.OfWords"/> reads. Whatever else a key is made
/// of is copied as it comes. The length is kept here and not in the key for the same reason: a key is copied when it is
/// passed on.</para>
/// <para>Invariant: while <see cref="_inWords"/>, the word in which the key ends is zero after its end; where the key
/// ends between two words, the second is zero. So appending to a word is one <c>or</c>.</para>
/// </remarks>
internal sealed class KeyPaper(int capacity)
{
    private const int CharsInWord = sizeof(ulong) / sizeof(char);
    private const int CharBits = 8 * sizeof(char);
    private const int WordBits = 8 * sizeof(ulong);
    private const uint FourDigits = 10_000;
    private const uint EightDigits = 100_000_000;
    private const ulong DigitsToChars = 0x0030_0030_0030_0030;

    // Behind a key of full length a number may be written without looking, and the word behind its own.
    private const int SpareWords = 4;

    private const int MostKept = 16_384;

    private ulong[] _words = new ulong[WordsFor(capacity)];
    private int _length;
    private bool _inWords;

    // A thread does not keep what one long key has needed.
    private bool _retired = capacity > MostKept;

    // The literal that the last key began with: most keys of a thread begin alike, and what is there need not be
    // written again. Its last word has to be, since the last key went on in it.
    private string? _head;
    private ulong _headEnd;

    /// <summary>Whether a key is on it that is still wanted, or it is not to be used again.</summary>
    public bool Taken { get; private set; }

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

    private Span<char> Rest => MemoryMarshal.CreateSpan(ref Characters, Capacity)[_length..];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Begin()
    {
        Taken = true;
        _length = 0;
    }

    /// <summary>Gives the paper back to its thread. The key must not be read afterwards.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Release() => Taken = _retired;

    /// <summary>The key's hash: that of its characters (<see cref="LookupHash.Of"/>).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Hash(uint seed) =>
        _inWords ? LookupHash.OfWords(ref MemoryMarshal.GetArrayDataReference(_words), _length, seed) : LookupHash.Of(Written, seed);

    /// <summary>Appends what is a constant of the program.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AppendLiteral(string value)
    {
        if (_length == 0 && ReferenceEquals(value, _head))
        {
            _length = value.Length;
            _inWords = true;
            Word((uint)value.Length / CharsInWord) = _headEnd;
        }
        else
        {
            AppendNewLiteral(value);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append(scoped ReadOnlySpan<char> value)
    {
        if (_length != 0 && value.TryCopyTo(Rest))
        {
            _inWords = false;
            _length += value.Length;
        }
        else
        {
            AppendSlowly(value);
        }
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
        if (value >= EightDigits || !_inWords || _length == 0 || _length > Capacity)
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
        uint zeros = (uint)ulong.TrailingZeroCount(digits | (1UL << (WordBits - CharBits))) / CharBits;
        AppendWord((digits | DigitsToChars) >> (int)(zeros * CharBits), CharsInWord - (int)zeros);
    }

    /// <summary>The four digits of a number below 10,000, the first in the lowest of four lanes.</summary>
    /// <remarks>Division by multiplication with the reciprocal, two lanes at once: H. Warren, Hacker's Delight, 10-3.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Digits(uint value)
    {
        uint hundreds = (value * 5243) >> 19;
        ulong pairs = hundreds | ((ulong)(value - (hundreds * 100)) << 32);
        ulong tens = ((pairs * 103) >> 10) & 0x0000_000F_0000_000F;
        return tens | ((pairs - (tens * 10)) << CharBits);
    }

    // Up to four characters, with zeros behind them. There is room.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AppendWord(ulong characters, int count)
    {
        uint length = (uint)_length;
        int shift = (int)(length % CharsInWord * CharBits);
        ref ulong word = ref Word(length / CharsInWord);
        word |= characters << shift;
        // What the shift has shifted out; nothing when it is by zero.
        Unsafe.Add(ref word, 1) = characters >> 1 >> (WordBits - 1 - shift);
        _length = (int)length + count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref ulong Word(uint index) => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_words), index);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AppendNewLiteral(string value)
    {
        bool begins = _length == 0;
        Append(value);
        if (begins && BitConverter.IsLittleEndian)
        {
            _head = value;
            uint length = (uint)value.Length;
            _headEnd = Word(length / CharsInWord) &= (1UL << (int)(length % CharsInWord * CharBits)) - 1;
            _inWords = true;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AppendSlowly(scoped ReadOnlySpan<char> value)
    {
        StopWords();
        if (value.Length > Capacity - _length)
            Grow(value.Length);
        value.CopyTo(Rest);
        _length += value.Length;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AppendAny<T>(T value, string? format)
    {
        if (value is ISpanFormattable)
        {
            StopWords();
            int written;
            while (!((ISpanFormattable)value).TryFormat(Rest, out written, format, CultureInfo.InvariantCulture))
                Grow(1);
            _length += written;
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

    // What comes is not the last key's head, or does not come in words.
    private void StopWords()
    {
        _inWords = false;
        if (_length == 0)
            _head = null;
    }

    private void Grow(int atLeast)
    {
        ulong[] larger = new ulong[WordsFor(Math.Max(checked(_length + atLeast), (int)Math.Min(Capacity * 2L, Array.MaxLength)))];
        _words.CopyTo(larger, 0);
        _words = larger;
        _retired = Capacity > MostKept;
    }

    private static int WordsFor(int characters) => (int)(((long)characters + CharsInWord - 1) / CharsInWord) + SpareWords;
}
