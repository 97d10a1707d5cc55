using Larder.Stores;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Larder.Hosting;

/// <summary>One cache of a host: what its options do not say, and how it is made.</summary>
internal sealed class CacheRegistration(string name)
{
    public string Name { get; } = name;

    /// <summary>The name of its options: the default cache has the unnamed ones, so that <c>IOptions&lt;CacheOptions&gt;</c> are its.</summary>
    public string OptionsName => Name == LarderBuilder.DefaultName ? Options.DefaultName : Name;

    /// <summary>The configuration that it is bound to, in order.</summary>
    public List<IConfiguration> Sections { get; } = [];

    /// <summary>
    /// Makes its store. Kept beside the options, because options may be made more than once, and are made to be
    /// validated when nobody has asked for the cache yet.
    /// </summary>
    public Func<IServiceProvider, ICacheStore>? CreateStore { get; set; }

    /// <summary>Makes the cache. The host's default cache is offered as that of the process.</summary>
    public Cache Create(IServiceProvider provider)
    {
        Cache cache = CreateCore(provider);
        if (Name == LarderBuilder.DefaultName)
            DefaultCache.OfProcess.Offer(this, () => cache);
        return cache;
    }

    private Cache CreateCore(IServiceProvider provider)
    {
        CacheOptions options = provider.GetRequiredService<IOptionsMonitor<CacheOptions>>().Get(OptionsName);
        if (CreateStore is null)
            return Cache.Create(options);

        ICacheStore store = CreateStore(provider)
            ?? throw new InvalidOperationException($"What was given to UseStore for the cache \"{Name}\" returned null; it must return a store.");
        try
        {
            return Cache.Create((options with { }).UseStore(store));
        }
        catch
        {
            // No cache came to own it.
            store.DisposeAsync().AsTask().GetAwaiter().GetResult();
            throw;
        }
    }
}
