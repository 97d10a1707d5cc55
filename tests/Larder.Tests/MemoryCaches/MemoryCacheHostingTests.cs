using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;

namespace Larder.Tests.MemoryCaches;

/// <summary>Larder's memory as a host's IMemoryCache.</summary>
public sealed class MemoryCacheHostingTests
{
    [Fact]
    public async Task It_takes_the_place_of_the_hosts_and_has_the_caches_bounds()
    {
        var services = new ServiceCollection();
        services.AddMemoryCache();
        services.AddLarder(o => o.MaxEntries = 2).AsMemoryCache();
        await using ServiceProvider provider = services.BuildServiceProvider();
        IMemoryCache cache = provider.GetRequiredService<IMemoryCache>();

        for (int i = 0; i < 10; i++)
            cache.Set(i, i);

        Assert.Same(cache, provider.GetRequiredKeyedService<IMemoryCache>("default"));
        Assert.Equal(2, cache.GetCurrentStatistics()!.CurrentEntryCount);
    }

    [Fact]
    public async Task Named_ones_are_keyed_services_and_apart()
    {
        var services = new ServiceCollection();
        services.AddLarder("a").AsMemoryCache();
        services.AddLarder("b").AsMemoryCache();
        await using ServiceProvider provider = services.BuildServiceProvider();

        provider.GetRequiredKeyedService<IMemoryCache>("a").Set("key", 1);

        Assert.Equal(1, provider.GetRequiredService<IMemoryCache>().Get("key"));
        Assert.Null(provider.GetRequiredKeyedService<IMemoryCache>("b").Get("key"));
    }

    [Fact]
    public void Options_out_of_range_are_refused() =>
        Assert.Throws<InvalidCacheOptionsException>(() => new LarderMemoryCache(new CacheOptions { MaxEntries = 0 }));
}
