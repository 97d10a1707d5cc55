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

    // One spare buffer a thread. It is taken out while a key is being written, so a hole that builds
    // a key itself finds none and allocates its own; whoever comes back last is kept.
    [ThreadStatic]
    private static char[]? _spare;

    private readonly string? _text;
    private readonly ReadOnlySpan<char> _span;
    private char[]? _buffer;
    private int _length;

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
        char[]? buffer = _spare;
        int wanted = literalLength + (formattedCount * 16);
        if (buffer is null || buffer.Length < wanted)
            buffer = new char[Math.Max(wanted, InitialCapacity)];
        else
            _spare = null;

        _buffer = buffer;
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
        get => _buffer is null ? _span : _buffer.AsSpan(0, _length);
    }

    /// <summary>Returns the key's text.</summary>
    public override readonly string ToString() => _text ?? Span.ToString();

    /// <summary>Gives an interpolated key's buffer back to the thread. The key must not be read afterwards.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly void Release()
    {
        if (_buffer is not null)
            _spare = _buffer;
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
    public void AppendLiteral(string value) => AppendFormatted(value.AsSpan());

    /// <summary>Called by the compiler for a string hole; <see langword="null"/> writes nothing.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void AppendFormatted(string? value) => AppendFormatted(value.AsSpan());

    /// <summary>Called by the compiler for a span hole.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void AppendFormatted(scoped ReadOnlySpan<char> value)
    {
        char[] buffer = Buffer;
        if (!value.TryCopyTo(buffer.AsSpan(_length)))
        {
            buffer = Grow(value.Length);
            value.CopyTo(buffer.AsSpan(_length));
        }

        _length += value.Length;
    }

    /// <summary>Called by the compiler for any other hole.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void AppendFormatted<T>(T value, string? format = null)
    {
        if (value is ISpanFormattable)
        {
            int written;
            while (!((ISpanFormattable)value).TryFormat(Buffer.AsSpan(_length), out written, format, CultureInfo.InvariantCulture))
                Grow(Buffer.Length);
            _length += written;
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

    private readonly char[] Buffer => _buffer ?? throw new InvalidOperationException("A CacheKey is written only by an interpolated string.");

    private char[] Grow(int atLeast)
    {
        char[] larger = new char[Math.Max(_length + atLeast, Buffer.Length * 2)];
        Buffer.AsSpan(0, _length).CopyTo(larger);
        return _buffer = larger;
    }
}
