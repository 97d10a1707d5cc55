using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Larder.Keys;

/// <summary>What a thread writes its keys on, one at a time (<see cref="CacheKey"/>).</summary>
/// <remarks>
/// The length is kept here and not in the key: a key is copied when it is passed on, and copying what has just been
/// written makes the processor wait for the write.
/// </remarks>
internal sealed class KeyPaper(int capacity)
{
    private char[] _characters = new char[capacity];
    private int _length;

    /// <summary>Whether a key is on it that is still wanted.</summary>
    public bool Taken { get; set; }

    public int Capacity => _characters.Length;

    public ReadOnlySpan<char> Written
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => MemoryMarshal.CreateReadOnlySpan(ref MemoryMarshal.GetArrayDataReference(_characters), _length);
    }

    private Span<char> Rest => _characters.AsSpan(_length);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Begin()
    {
        Taken = true;
        _length = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append(scoped ReadOnlySpan<char> value)
    {
        if (value.TryCopyTo(Rest))
            _length += value.Length;
        else
            AppendGrowing(value);
    }

    /// <summary>Appends a value in the invariant culture.</summary>
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
    private void AppendGrowing(scoped ReadOnlySpan<char> value)
    {
        Grow(value.Length);
        value.CopyTo(Rest);
        _length += value.Length;
    }

    private void Grow(int atLeast)
    {
        char[] larger = new char[Math.Max(_length + atLeast, _characters.Length * 2)];
        Written.CopyTo(larger);
        _characters = larger;
    }
}
