namespace Larder.Stores;

/// <summary>A kind of store that configuration can choose by its name: <c>"Backend": "redis"</c>.</summary>
/// <remarks>
/// The packages of the stores bring theirs. Another is made known with <see cref="LarderBuilder.AddBackend"/>. An
/// implementation has no state: the same one serves every cache, and is asked more often than stores are made.
/// </remarks>
public interface IStoreBackend
{
    /// <summary>Reads <c>BackendOptions</c>, and returns what makes the store.</summary>
    /// <param name="options">
    /// The options. Ask it for each option that there is, by name: what is set and was not asked for is an error that
    /// lists what was. What cannot be read is collected there, too.
    /// </param>
    /// <returns>
    /// Makes the store, given the host's services; called once for a cache, when it is first asked for, and never when an error
    /// was found. The cache owns the store and disposes it.
    /// </returns>
    /// <remarks>
    /// Called when the host starts, to find what is wrong before anything is used, and again when the cache is made. It
    /// must not connect, and must not touch files. It may throw an <see cref="InvalidCacheOptionsException"/>: its errors are
    /// told with the others.
    /// </remarks>
    Func<IServiceProvider, ICacheStore> Read(BackendOptions options);
}
