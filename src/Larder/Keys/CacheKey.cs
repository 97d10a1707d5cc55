using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;

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
    private static Paper? _paper;

    private readonly string? _text;
    private readonly ReadOnlySpan<char> _span;
    private readonly Paper? _writing;

    private CacheKey(string text)
    {
        _text = text;
        _span = text;
    }

    private CacheKey(ReadOnlySpan<char> span) => _span = span;

    /// <summary>Called by the compiler for an interpolated key.</summary>
    /// <param name="literalLength">Characters outside the holes.</param>
    /// <param name="formattedCount">The number of holes.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public CacheKey(int literalLength, int formattedCount)
    {
        int wanted = literalLength + (formattedCount * 16);
        Paper? paper = _paper;
        if (paper is null || paper.Taken || paper.Characters.Length < wanted)
            paper = NewPaper(wanted);
        paper.Taken = true;
        paper.Length = 0;
        _writing = paper;
    }

    /// <summary>Uses a string as a key.</summary>
    /// <exception cref="ArgumentNullException">The key is <see langword="null"/>.</exception>
    public static implicit operator CacheKey(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new CacheKey(key);
    }

    /// <summary>Uses a span of characters as a key; a string is made of it only when an entry is written.</summary>
    public static implicit operator CacheKey(ReadOnlySpan<char> key) => new(key);

    /// <summary>The key's characters.</summary>
    internal readonly ReadOnlySpan<char> Span
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _writing is null ? _span : _writing.Written;
    }

    /// <summary>Returns the key's text.</summary>
    public override readonly string ToString() => _text ?? Span.ToString();

    /// <summary>Gives an interpolated key's buffer back to the thread. The key must not be read afterwards.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly void Release()
    {
        if (_writing is not null)
            _writing.Taken = false;
    }

    /// <summary>Returns the key's text and gives its buffer back.</summary>
    internal readonly string ToStringAndRelease()
    {
        string text = ToString();
        Release();
        return text;
    }

    /// <summary>Called by the compiler for the text between holes.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AppendLiteral(string value)
    {
        // Inlined, so that copying a constant is a few moves.
        Paper paper = Writing;
        if (value.TryCopyTo(paper.Rest))
            paper.Length += value.Length;
        else
            paper.AppendGrowing(value);
    }

    /// <summary>Called by the compiler for a string hole; <see langword="null"/> writes nothing.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void AppendFormatted(string? value) => AppendFormatted(value.AsSpan());

    /// <summary>Called by the compiler for a span hole.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void AppendFormatted(scoped ReadOnlySpan<char> value)
    {
        Paper paper = Writing;
        if (value.TryCopyTo(paper.Rest))
            paper.Length += value.Length;
        else
            paper.AppendGrowing(value);
    }

    /// <summary>Called by the compiler for any other hole.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void AppendFormatted<T>(T value, string? format = null)
    {
        if (value is ISpanFormattable)
        {
            Paper paper = Writing;
            int written;
            while (!((ISpanFormattable)value).TryFormat(paper.Rest, out written, format, CultureInfo.InvariantCulture))
                paper.Grow(1);
            paper.Length += written;
        }
        else if (value is IFormattable formattable)
        {
            AppendFormatted(formattable.ToString(format, CultureInfo.InvariantCulture).AsSpan());
        }
        else
        {
            AppendFormatted((value?.ToString()).AsSpan());
        }
    }

    private readonly Paper Writing
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _writing ?? throw new InvalidOperationException("A CacheKey is written only by an interpolated string.");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Paper NewPaper(int wanted) => _paper = new Paper(new char[Math.Max(wanted, InitialCapacity)]);

    // The length is kept here and not in the key: a key is copied when it is passed on, and copying what has just been
    // written makes the processor wait for the write.
    private sealed class Paper(char[] characters)
    {
        public char[] Characters { get; private set; } = characters;

        public int Length { get; set; }

        public bool Taken { get; set; }

        public ReadOnlySpan<char> Written => Characters.AsSpan(0, Length);

        public Span<char> Rest => Characters.AsSpan(Length);

        [MethodImpl(MethodImplOptions.NoInlining)]
        public void AppendGrowing(scoped ReadOnlySpan<char> value)
        {
            Grow(value.Length);
            value.CopyTo(Rest);
            Length += value.Length;
        }

        public void Grow(int atLeast)
        {
            char[] larger = new char[Math.Max(Length + atLeast, Characters.Length * 2)];
            Written.CopyTo(larger);
            Characters = larger;
        }
    }
}
