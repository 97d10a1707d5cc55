using Larder.Hosting;
using Larder.MemoryCaches;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Larder;

/// <summary>Puts Larder's memory behind <see cref="IMemoryCache"/>.</summary>
/// <remarks>
/// <para>Entries live as their makers say, and for ever when they say nothing. Of the cache's options its name, bounds,
/// eviction, weigher, time and logger count; it has an engine of its own, with its own bounds, beside the cache of that name.</para>
/// <para>With <see cref="CacheOptions.MaxBytes"/> an entry's size counts in whatever unit its maker uses; one without a
/// size is weighed or estimated. An entry of <see cref="CacheItemPriority.NeverRemove"/> is never removed to make room, and does
/// not count against the bounds; between the other priorities the eviction policy makes no difference.</para>
/// </remarks>
public static class LarderMemoryCacheExtensions
{
    /// <summary>Offers Larder's memory as the host's <see cref="IMemoryCache"/>: under the cache's name as a keyed service, and plainly for the default cache, or the first one.</summary>
    /// <param name="builder">The cache whose options count.</param>
    public static LarderBuilder AsMemoryCache(this LarderBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        string optionsName = builder.OptionsName;
        return Faces.Offer<IMemoryCache>(builder, provider => new LarderMemoryCache(provider.GetRequiredService<IOptionsMonitor<CacheOptions>>().Get(optionsName)));
    }

    /// <summary>Makes an <see cref="IMemoryCache"/>.</summary>
    /// <param name="options">Its name, bounds, eviction, weigher, time and logger; the rest does not count. <see langword="null"/> for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of its range; the message names every one that is.</exception>
    public static IMemoryCache CreateMemoryCache(CacheOptions? options = null)
    {
        options ??= new CacheOptions();
        options.Validate();
        return new LarderMemoryCache(options.Copy());
    }
}
