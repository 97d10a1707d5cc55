using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Larder.Keys;

namespace Larder;

/// <summary>
/// A key as a caller writes it: a string, a span of characters, or an interpolated string
/// (<c>$"user:{id}"</c>), which is written into a per-thread buffer and looked up from there,
/// so that a hit makes no string.
/// </summary>
/// <remarks>
/// <para>Keys compare ordinally. Every value in an interpolated key is formatted with the invariant culture.</para>
/// <para>The type is a parameter type: never store it, and pass each interpolated key to one call only.
/// A hole may not contain <c>await</c>; await into a variable first.</para>
/// </remarks>
[InterpolatedStringHandler]
[SuppressMessage("Performance", "CA1815:Override equals and operator equals on value types", Justification = "A ref struct that only carries a parameter.")]
public ref struct CacheKey
{
    private const int InitialCapacity = 256;

    // A thread's own buffer. While a key is in it, a hole that makes a key itself gets another, which is then the
    // thread's; so does the next key after one that was never given back.
    [ThreadStatic]
    private static KeyPaper? _paper;

    // A string, or the KeyPaper on which the key is written. No more than two fields, so that a key travels in registers:
    // by an interface, a generic method is called through a stub that copies what is passed in memory.
    private object? _source;

    // Behind that string; 0 when there is none (NumberedKey).
    private ulong _number;

    private CacheKey(object source) => _source = source;

    /// <summary>Called by the compiler for an interpolated key.</summary>
    /// <param name="literalLength">Characters outside the holes.</param>
    /// <param name="formattedCount">The number of holes.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public CacheKey(int literalLength, int formattedCount)
    {
    }

    /// <summary>Uses a string as a key.</summary>
    /// <exception cref="ArgumentNullException">The key is <see langword="null"/>.</exception>
    public static implicit operator CacheKey(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new CacheKey(key);
    }

    /// <summary>Uses a span of characters as a key: it is copied, and a string is made of it only when an entry is written.</summary>
    public static implicit operator CacheKey(ReadOnlySpan<char> key)
    {
        KeyPaper paper = Take(key.Length);
        paper.Append(key);
        return new CacheKey(paper);
    }

    /// <summary>Whether the key is <see cref="Numbered"/> and not written.</summary>
    internal readonly bool IsNumbered
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _number != 0;
    }

    internal readonly NumberedKey Numbered
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Unsafe.As<string>(_source)!, _number);
    }

    /// <summary>The characters of a key that is written.</summary>
    internal readonly ReadOnlySpan<char> Span
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _source is KeyPaper paper ? paper.Written : Unsafe.As<string?>(_source).AsSpan();
    }

    /// <summary>The same key, written.</summary>
    internal static CacheKey Write(NumberedKey key)
    {
        KeyPaper paper = Take(InitialCapacity);
        key.WriteTo(paper);
        return new CacheKey(paper);
    }

    /// <summary>The hash of a written key's characters (<see cref="LookupHash.Of"/>), and they themselves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly uint Hash(uint seed, out ReadOnlySpan<char> characters)
    {
        characters = Span;
        return LookupHash.Of(characters, seed);
    }

    /// <summary>Returns the key's text.</summary>
    public override readonly string ToString() => IsNumbered ? Write(Numbered).ToStringAndRelease() : _source as string ?? Span.ToString();

    /// <summary>Gives an interpolated key's buffer back to the thread. The key must not be read afterwards.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly void Release()
    {
        if (_source is KeyPaper paper)
            paper.Release();
    }

    /// <summary>Returns the key's text and gives its buffer back.</summary>
    internal readonly string ToStringAndRelease()
    {
        string text = ToString();
        Release();
        return text;
    }

    // The members below are inlined and hand on: a key whose address is taken lives in memory, not in registers.

    /// <summary>Called by the compiler for the text between holes.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AppendLiteral(string value)
    {
        if (_source is null)
            _source = value;
        else
            ToPaper().Append(value);
    }

    /// <summary>Called by the compiler for a string hole; <see langword="null"/> writes nothing.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AppendFormatted(string? value) => ToPaper().Append(value);

    /// <summary>Called by the compiler for a span hole.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AppendFormatted(scoped ReadOnlySpan<char> value) => ToPaper().Append(value);

    /// <summary>Called by the compiler for any other hole.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AppendFormatted<T>(T value, string? format = null)
    {
        if (typeof(T) == typeof(int) && format is null && TryNumber((int)(object)value!))
            return;
        if (typeof(T) == typeof(long) && format is null && TryNumber((long)(object)value!))
            return;
        ToPaper().AppendFormatted(value, format);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryNumber(long value)
    {
        if (_number != 0 || _source is not string)
            return false;
        _number = NumberedKey.Digits(value);
        return _number != 0;
    }

    // Goes on writing on paper.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private KeyPaper ToPaper()
    {
        if (_source is not KeyPaper paper)
        {
            _source = paper = CopyToPaper(_source, _number);
            _number = 0;
        }

        return paper;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static KeyPaper CopyToPaper(object? text, ulong number)
    {
        KeyPaper paper = Take(InitialCapacity);
        if (number != 0)
            new NumberedKey(Unsafe.As<string>(text)!, number).WriteTo(paper);
        else if (text is not null)
            paper.Append(Unsafe.As<string>(text));
        return paper;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static KeyPaper Take(int wanted)
    {
        KeyPaper? paper = _paper;
        if (paper is null || paper.Taken || (wanted > InitialCapacity && paper.Capacity < wanted))
            paper = _paper = new KeyPaper(Math.Max(wanted, InitialCapacity));
        paper.Begin();
        return paper;
    }
}
