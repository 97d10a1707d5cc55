namespace Larder;

/// <summary>A type that says what of it belongs into a cache key, so that it can be an argument of a memoized function.</summary>
/// <example><code>
/// public readonly record struct City(string Name, string Country) : ICacheKeyPart
/// {
///     public void WriteTo(ref CacheKeyWriter writer)
///     {
///         writer.Append(Name);
///         writer.Append(Country);
///     }
/// }
/// </code></example>
public interface ICacheKeyPart
{
    /// <summary>Writes everything that tells this value apart from others of its type, in a fixed order. The type's name is written already.</summary>
    /// <param name="writer">Where to. It is handed on by reference and never copied.</param>
    void WriteTo(ref CacheKeyWriter writer);
}
