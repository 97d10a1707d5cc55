using Larder.Hosting;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Larder;

/// <summary>Puts Larder's memory behind <see cref="IMemoryCache"/>.</summary>
public static class LarderMemoryCacheExtensions
{
    /// <summary>Offers Larder's memory as the host's <see cref="IMemoryCache"/>: under the cache's name as a keyed service, and plainly for the default cache, or the first one.</summary>
    /// <param name="builder">The cache whose options count.</param>
    /// <remarks>It is a <see cref="LarderMemoryCache"/>: an engine of its own, with its own bounds, beside the cache of that name. Options that change while the host runs do not change it.</remarks>
    public static LarderBuilder AsMemoryCache(this LarderBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        string optionsName = builder.OptionsName;
        return Faces.Offer<IMemoryCache>(builder, provider => new LarderMemoryCache(provider.GetRequiredService<IOptionsMonitor<CacheOptions>>().Get(optionsName)));
    }
}
