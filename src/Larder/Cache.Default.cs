namespace Larder;

/// <content>The cache of code that was given none.</content>
public sealed partial class Cache
{
    /// <summary>
    /// The cache that memoized methods use when their type holds none: what <see cref="Configure"/> made; otherwise
    /// the default cache of the host (<c>AddLarder</c>); otherwise one in memory, with the default options.
    /// </summary>
    public static Cache Default => DefaultCache.OfProcess.Value;

    /// <summary>Makes the default cache. Call it once, when the program starts; in a host, <c>AddLarder</c> does it.</summary>
    /// <param name="configure">Changes the options.</param>
    /// <returns>The cache. Dispose it when the program ends, if it has a store or a file.</returns>
    /// <exception cref="InvalidOperationException">It was configured already, or is in use with the default options.</exception>
    /// <exception cref="ArgumentException">An option is out of its range; the message names every one that is.</exception>
    public static Cache Configure(Action<CacheOptions> configure) => DefaultCache.OfProcess.Configure(configure);

    /// <summary>Whether the whole cache was disposed.</summary>
    internal bool IsDisposed => _core.IsDisposed;
}
