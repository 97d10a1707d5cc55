using System.Diagnostics.CodeAnalysis;
using Larder.Tests.Caching;
using Larder.Tests.Diagnostics;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Larder.Tests.Hybrid;

/// <summary>A host's cache as its HybridCache.</summary>
public sealed class HybridHostingTests
{
    [Fact]
    public async Task The_default_cache_is_the_hosts_HybridCache()
    {
        await using ServiceProvider provider = Build(services => services.AddLarder(o => o.MaxEntries = 10).AsHybridCache());
        HybridCache cache = provider.GetRequiredService<HybridCache>();

        Assert.Same(cache, provider.GetRequiredKeyedService<HybridCache>("default"));
        await cache.SetAsync("key", 1);
        Assert.Equal(1, provider.GetRequiredService<ICache>().Collection("hybrid").Get<int>("key"));
    }

    [Fact]
    public async Task Named_caches_are_keyed_services_with_options_of_their_own()
    {
        await using ServiceProvider provider = Build(services =>
        {
            services.AddLarder("a").AsHybridCache(o => o.MaximumKeyLength = 1);
            services.AddLarder("b").AsHybridCache();
        });
        HybridCache a = provider.GetRequiredKeyedService<HybridCache>("a");
        HybridCache b = provider.GetRequiredKeyedService<HybridCache>("b");

        await a.SetAsync("key", 1);
        await b.SetAsync("key", 2);

        Assert.Equal(0, await HybridBed.Peek<int>(a, "key"));
        Assert.Equal(2, await HybridBed.Peek<int>(b, "key"));
        Assert.Same(a, provider.GetRequiredService<HybridCache>());
    }

    [Fact]
    public async Task The_default_cache_takes_the_place_of_what_was_registered_before()
    {
        await using var other = new HybridBed();
        await using ServiceProvider provider = Build(services =>
        {
            services.AddSingleton(other.Cache);
            services.AddLarder().AsHybridCache();
        });

        Assert.NotSame(other.Cache, provider.GetRequiredService<HybridCache>());
    }

    [Fact]
    public async Task Options_out_of_range_are_told_together()
    {
        await using ServiceProvider provider = Build(services => services.AddLarder().AsHybridCache(o =>
        {
            o.MaximumKeyLength = 0;
            o.MaximumPayloadBytes = -1;
            o.DefaultEntryOptions = new HybridCacheEntryOptions { Expiration = TimeSpan.Zero };
        }));

        OptionsValidationException error = Assert.Throws<OptionsValidationException>(provider.GetRequiredService<HybridCache>);

        Assert.Equal(3, error.Failures.Count());
        Assert.Contains(error.Failures, failure => failure.Contains("MaximumKeyLength is 0; it must be 1 or more", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_host_options_are_checked_too_and_copied()
    {
        await using var bed = new Testbed();
        Assert.Throws<InvalidCacheOptionsException>(() => bed.Cache.AsHybridCache(new LarderHybridCacheOptions { MaximumKeyLength = -1 }));
        var options = new LarderHybridCacheOptions();
        HybridCache cache = bed.Cache.AsHybridCache(options);
        options.MaximumKeyLength = 1;

        await cache.SetAsync("key", 1);

        Assert.Equal(1, await HybridBed.Peek<int>(cache, "key"));
    }

    [Fact]
    public async Task A_default_TTL_that_changes_holds_for_what_is_cached_from_then_on_and_nothing_asks_for_a_restart()
    {
        IConfigurationRoot configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["DefaultTtl"] = "10s" }).Build();
        var logs = new RecordingLoggerFactory();
        await using ServiceProvider provider = Build(services =>
        {
            services.AddSingleton<ILoggerFactory>(logs);
            services.AddSingleton<IHybridCacheSerializerFactory, NoSerializers>();
            services.AddLarder(configuration).AsHybridCache();
        });
        HybridCache cache = provider.GetRequiredService<HybridCache>();
        Cache entries = provider.GetRequiredService<Cache>().Collection("hybrid");
        await cache.SetAsync("before", 1);

        configuration["DefaultTtl"] = "1h";
        configuration.Reload();
        await cache.SetAsync("after", 1);

        Assert.True(entries.GetTimeToLive("before").Remaining <= TimeSpan.FromSeconds(10));
        Assert.True(entries.GetTimeToLive("after").Remaining > TimeSpan.FromMinutes(50));
        Assert.DoesNotContain(logs.Log.Lines, line => line.Text.Contains("Serializer", StringComparison.Ordinal));
    }

    private static ServiceProvider Build(Action<IServiceCollection> add)
    {
        var services = new ServiceCollection();
        add(services);
        return services.BuildServiceProvider();
    }

    private sealed class NoSerializers : IHybridCacheSerializerFactory
    {
        public bool TryCreateSerializer<T>([NotNullWhen(true)] out IHybridCacheSerializer<T>? serializer)
        {
            serializer = null;
            return false;
        }
    }
}
