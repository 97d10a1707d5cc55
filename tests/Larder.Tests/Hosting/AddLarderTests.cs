using Larder.Stores;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Larder.Tests.Hosting;

public sealed class AddLarderTests
{
    [Fact]
    public async Task The_default_cache_is_one_singleton_by_whatever_name_it_is_asked_for()
    {
        await using ServiceProvider provider = Build(services => services.AddLarder());

        ICache cache = provider.GetRequiredService<ICache>();

        Assert.Equal("default", cache.Name);
        Assert.Same(cache, provider.GetRequiredService<Cache>());
        Assert.Same(cache, provider.GetRequiredKeyedService<ICache>("default"));
        Assert.Same(cache, provider.CreateScope().ServiceProvider.GetRequiredKeyedService<Cache>(LarderBuilder.DefaultName));
    }

    [Fact]
    public async Task Named_caches_are_keyed_services()
    {
        await using ServiceProvider provider = Build(services =>
        {
            services.AddLarder("sessions", o => o.MaxEntries = 10);
            services.AddLarder("weather", o => o.MaxEntries = 20);
            services.AddSingleton<NeedsSessions>();
        });

        Assert.Equal("sessions", provider.GetRequiredService<NeedsSessions>().Cache.Name);
        Assert.Equal("weather", provider.GetRequiredKeyedService<ICache>("weather").Name);
        Assert.Equal(20, Options(provider, "weather").MaxEntries);
    }

    [Fact]
    public async Task The_first_cache_is_the_plain_one_unless_there_is_one_without_a_name()
    {
        await using ServiceProvider named = Build(services =>
        {
            services.AddLarder("a");
            services.AddLarder("b");
        });
        await using ServiceProvider both = Build(services =>
        {
            services.AddLarder("a");
            services.AddLarder();
        });

        Assert.Equal("a", named.GetRequiredService<ICache>().Name);
        Assert.Equal("default", both.GetRequiredService<ICache>().Name);
        Assert.Equal("default", both.GetRequiredService<Cache>().Name);
        Assert.Equal("a", both.GetRequiredKeyedService<ICache>("a").Name);
    }

    [Fact]
    public async Task Adding_a_name_again_configures_the_same_cache_further_and_the_later_wins()
    {
        await using ServiceProvider provider = Build(services =>
        {
            services.AddLarder(CacheSettingsTests.Section("""{ "MaxEntries": 1, "DefaultTtl": "1s" }"""));
            services.AddLarder(o => o.MaxEntries = 2).Configure((o, _) => o.Grace = TimeSpan.FromSeconds(3));
        });

        CacheOptions options = Options(provider, "");

        Assert.Equal((2L, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3)), (options.MaxEntries, options.DefaultTtl, options.Grace));
        Assert.Single(provider.GetServices<ICache>());
        Assert.Equal(2, provider.GetRequiredService<IOptions<CacheOptions>>().Value.MaxEntries);
    }

    [Fact]
    public async Task Time_and_loggers_come_from_the_container_and_can_be_overruled()
    {
        var time = new ManualTimeProvider();
        var other = new ManualTimeProvider();
        using var loggers = new LoggerFactory();
        await using ServiceProvider provider = Build(services =>
        {
            services.AddSingleton<TimeProvider>(time).AddSingleton<ILoggerFactory>(loggers);
            services.AddLarder();
            services.AddLarder("other", o => o.TimeProvider = other);
        });
        await using ServiceProvider bare = Build(services => services.AddLarder());

        Assert.Same(time, Options(provider, "").TimeProvider);
        Assert.Same(loggers, Options(provider, "").LoggerFactory);
        Assert.Same(other, Options(provider, "other").TimeProvider);
        Assert.Same(TimeProvider.System, Options(bare, "").TimeProvider);
        Assert.Null(Options(bare, "").LoggerFactory);
    }

    [Fact]
    public async Task A_store_is_made_once_when_the_cache_is_and_disposed_with_the_container()
    {
        var stores = new List<InMemoryStore>();
        ServiceProvider provider = Build(services => services.AddLarder().UseStore(_ =>
        {
            stores.Add(new InMemoryStore());
            return stores[^1];
        }));
        _ = Options(provider, "");
        Assert.Empty(stores);

        _ = provider.GetRequiredService<ICache>();
        _ = provider.GetRequiredService<ICache>();
        bool before = Assert.Single(stores).IsConnected;
        await provider.DisposeAsync();

        Assert.True(before);
        Assert.False(stores[0].IsConnected);
    }

    [Fact]
    public void A_store_that_is_null_is_a_clear_error()
    {
        using ServiceProvider provider = Build(services => services.AddLarder("weather").UseStore(_ => null!));

        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(provider.GetRequiredService<ICache>);

        Assert.Equal("What was given to UseStore for the cache \"weather\" returned null; it must return a store.", exception.Message);
    }

    [Fact]
    public async Task A_host_with_wrong_options_does_not_start_and_says_everything_that_is_wrong()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLarder("weather", CacheSettingsTests.Section("""{ "MaxEntires": 5, "DefaultTtl": "30", "Jitter": "-1s" }"""));
        builder.Services.AddLarder(o => o.MaxBytes = 0);
        using IHost host = builder.Build();

        Exception exception = await Assert.ThrowsAnyAsync<Exception>(() => host.StartAsync());

        string text = exception.ToString();
        Assert.Contains("Cache \"weather\": Larder:MaxEntires is set, and there is no option", text);
        Assert.Contains("Cache \"weather\": Larder:DefaultTtl is \"30\"", text);
        Assert.Contains("Cache \"weather\": Jitter is -00:00:01", text);
        Assert.Contains("Cache \"default\": MaxBytes is 0", text);
    }

    [Fact]
    public async Task A_host_refuses_a_store_together_with_a_file_when_it_starts()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLarder().UseStore(_ => throw new InvalidOperationException("Must not be made.")).PersistTo("c.larder");
        using IHost host = builder.Build();

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Contains("choose one", exception.Message);
    }

    [Fact]
    public async Task A_cache_is_made_when_it_is_asked_for_and_not_when_the_host_starts()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        bool made = false;
        builder.Services.AddLarder().UseStore(_ =>
        {
            made = true;
            return new InMemoryStore();
        });
        using IHost host = builder.Build();

        await host.StartAsync();
        bool atStart = made;
        _ = host.Services.GetRequiredService<ICache>();
        await host.StopAsync();

        Assert.False(atStart);
        Assert.True(made);
    }

    [Fact]
    public async Task A_cache_of_a_host_works_and_ends_with_its_container()
    {
        ServiceProvider provider = Build(services => services.AddLarder());
        ICache cache = provider.GetRequiredService<ICache>();

        int first = await cache.GetOrSetAsync("a", _ => ValueTask.FromResult(1));
        int second = await cache.GetOrSetAsync("a", _ => ValueTask.FromResult(2));
        await provider.DisposeAsync();

        Assert.Equal((1, 1), (first, second));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await cache.SetAsync("a", 3));
    }

    [Fact]
    public async Task A_cache_kept_in_a_file_is_loaded_when_the_host_starts_and_saved_when_it_ends()
    {
        string directory = Directory.CreateTempSubdirectory("larder-hosting").FullName;
        try
        {
            string path = Path.Combine(directory, "cache.larder");
            using (IHost first = HostWithFile(path))
            {
                await first.StartAsync();
                first.Services.GetRequiredService<ICache>().Set("a", 42);
                await first.StopAsync();
            }

            using IHost second = HostWithFile(path);
            await second.StartAsync();

            // Holding the file shows that the cache was made: nobody asked for it.
            using IHost third = HostWithFile(path);
            await Assert.ThrowsAnyAsync<Exception>(() => third.StartAsync());
            Assert.Equal(42, second.Services.GetRequiredService<ICache>().Get<int>("a"));
            await second.StopAsync();
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }

        static IHost HostWithFile(string path)
        {
            HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
            builder.Services.AddLarder().PersistTo(path);
            return builder.Build();
        }
    }

    private static ServiceProvider Build(Action<IServiceCollection> add)
    {
        var services = new ServiceCollection();
        add(services);
        return services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
    }

    private static CacheOptions Options(IServiceProvider provider, string name) =>
        provider.GetRequiredService<IOptionsMonitor<CacheOptions>>().Get(name);

    private sealed class NeedsSessions([FromKeyedServices("sessions")] ICache cache)
    {
        public ICache Cache { get; } = cache;
    }
}
