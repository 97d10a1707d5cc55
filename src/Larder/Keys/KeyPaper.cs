using System.Globalization;
using System.Runtime.CompilerServices;

namespace Larder.Keys;

/// <summary>What a thread writes its keys on, one at a time (<see cref="CacheKey"/>).</summary>
/// <remarks>The length is kept here and not in the key: a key is copied when it is passed on, and a processor that copies what it has just written in pieces waits for it.</remarks>
internal sealed class KeyPaper(int capacity)
{
    private const int MostKept = 16_384;

    private char[] _characters = new char[capacity];
    private int _length;

    // A thread does not keep what one long key has needed.
    private bool _retired = capacity > MostKept;

    /// <summary>Whether a key is on it that is still wanted, or it is not to be used again.</summary>
    public bool Taken { get; private set; }

    public int Capacity => _characters.Length;

    public ReadOnlySpan<char> Written
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _characters.AsSpan(0, _length);
    }

    private Span<char> Rest => _characters.AsSpan(_length);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Begin()
    {
        Taken = true;
        _length = 0;
    }

    /// <summary>Gives the paper back to its thread. The key must not be read afterwards.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Release() => Taken = _retired;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append(scoped ReadOnlySpan<char> value)
    {
        if (!value.TryCopyTo(Rest))
        {
            Grow(value.Length);
            value.CopyTo(Rest);
        }

        _length += value.Length;
    }

    /// <summary>Appends a value in the invariant culture.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void AppendFormatted<T>(T value, string? format)
    {
        if (value is ISpanFormattable)
        {
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

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(int atLeast)
    {
        Array.Resize(ref _characters, Math.Max(checked(_length + atLeast), (int)Math.Min(Capacity * 2L, Array.MaxLength)));
        _retired = Capacity > MostKept;
    }
}
