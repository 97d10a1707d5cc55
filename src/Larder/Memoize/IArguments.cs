namespace Larder.Memoize;

/// <summary>The arguments of one call of a memoized function.</summary>
internal interface IArguments
{
    /// <summary>Appends them to a key.</summary>
    /// <param name="writer">The key.</param>
    /// <param name="position">The number, from 1, of the argument being written: where it stopped, if one cannot be.</param>
    void WriteTo(ref CacheKeyWriter writer, ref int position);
}
