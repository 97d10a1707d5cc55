using Larder.Distributed;
using Larder.Hosting;
using Larder.Stores;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;

namespace Larder;

/// <summary>Puts Larder behind <see cref="IDistributedCache"/>, and an <see cref="IDistributedCache"/> behind Larder.</summary>
/// <remarks>
/// The entries of the one are in the cache's collection <c>distributed</c>. Both directions use
/// <see cref="IBufferDistributedCache"/> where the other side does.
/// </remarks>
public static class LarderDistributedCacheExtensions
{
    /// <summary>Offers a host's cache as its <see cref="IDistributedCache"/>: under the cache's name as a keyed service, and plainly for the default cache, or the first one.</summary>
    /// <param name="builder">The cache.</param>
    public static LarderBuilder AsDistributedCache(this LarderBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        string name = builder.Name;
        return Faces.Offer<IDistributedCache>(builder, provider => new LarderDistributedCache(provider.GetRequiredKeyedService<Cache>(name)));
    }

    /// <summary>A cache as an <see cref="IDistributedCache"/>, which also is an <see cref="IBufferDistributedCache"/>.</summary>
    /// <param name="cache">The cache; its life is not the other's business.</param>
    public static IBufferDistributedCache AsDistributedCache(this Cache cache)
    {
        ArgumentNullException.ThrowIfNull(cache);
        return new LarderDistributedCache(cache);
    }

    /// <summary>Puts the cache in front of an <see cref="IDistributedCache"/>.</summary>
    /// <param name="options">The cache's options.</param>
    /// <param name="distributed">The other cache; whoever made it disposes it. Several processes may share it.</param>
    /// <remarks>
    /// <para>What such a store cannot do: keep two processes from computing one key (it grants no leases), tell of
    /// changes (memory serves what others changed until its TTL ends), list its keys (removing by pattern invalidates the
    /// whole partition there), change a TTL in one step (two processes that do so at once: the later write stays).</para>
    /// <para>Clears and tags are times of the wall clock there: they hold between processes as far as their clocks agree.</para>
    /// </remarks>
    /// <returns>These options.</returns>
    public static CacheOptions UseDistributedCache(this CacheOptions options, IDistributedCache distributed)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(distributed);
        return options.UseStore(new DistributedCacheStore(distributed, options.TimeProvider));
    }

    /// <summary>Puts the cache in front of an <see cref="IDistributedCache"/> of the host's.</summary>
    /// <param name="builder">The cache.</param>
    /// <param name="choose">Finds it; <see langword="null"/> for the plain <see cref="IDistributedCache"/>, which must not be this cache itself.</param>
    /// <inheritdoc cref="UseDistributedCache(CacheOptions, IDistributedCache)" path="/remarks"/>
    public static LarderBuilder UseDistributedCache(this LarderBuilder builder, Func<IServiceProvider, IDistributedCache>? choose = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        IServiceCollection services = builder.Services;
        string name = builder.Name;
        return builder.UseStore(provider =>
        {
            if (choose is null && Faces.IsPlain<IDistributedCache>(services, name))
                throw new InvalidOperationException($"The cache \"{name}\" is the host's IDistributedCache (AsDistributedCache) and cannot stand on itself: say which one it is to stand on, with UseDistributedCache(provider => ...).");
            IDistributedCache distributed = choose is null ? provider.GetRequiredService<IDistributedCache>() : choose(provider);
            return new DistributedCacheStore(distributed, provider.GetService<TimeProvider>() ?? TimeProvider.System);
        });
    }
}
