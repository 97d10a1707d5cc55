using System.Diagnostics.CodeAnalysis;

namespace Larder;

/// <summary>What a look-up found; tells a cached <see langword="null"/> from a miss.</summary>
/// <typeparam name="T">The value's type.</typeparam>
public readonly record struct CacheResult<T>
{
    private readonly T _value;

    /// <summary>A hit.</summary>
    public CacheResult(T value)
    {
        _value = value;
        Found = true;
    }

    /// <summary>Whether there was a fresh entry.</summary>
    public bool Found { get; }

    /// <summary>The entry's value.</summary>
    /// <exception cref="InvalidOperationException">There was no entry.</exception>
    public T Value => Found ? _value : throw new InvalidOperationException("The look-up was a miss: it has no value. Ask Found first.");

    /// <summary>Hands out the value when there was one.</summary>
    public bool TryGetValue([MaybeNullWhen(false)] out T value)
    {
        value = _value;
        return Found;
    }

    /// <summary>The value, or <paramref name="fallback"/> on a miss.</summary>
    public T? Or(T? fallback = default) => Found ? _value : fallback;
}
