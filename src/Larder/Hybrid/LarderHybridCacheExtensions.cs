using Larder.Hosting;
using Larder.Hybrid;
using Larder.Serialization;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Larder;

/// <summary>Puts Larder behind <see cref="HybridCache"/>.</summary>
/// <remarks>
/// The entries are in the cache's collection <c>hybrid</c>: <c>RemoveByTagAsync("*")</c> clears that and nothing else,
/// and <c>cache.Collection("hybrid")</c> is the same entries as an <see cref="ICache"/>.
/// </remarks>
public static class LarderHybridCacheExtensions
{
    /// <summary>Offers a host's cache as its <see cref="HybridCache"/>: under the cache's name as a keyed service, and plainly for the default cache, or the first one.</summary>
    /// <param name="builder">The cache.</param>
    /// <param name="configure">Changes what holds for calls that say nothing.</param>
    /// <remarks>
    /// An <see cref="IHybridCacheSerializer{T}"/> or <see cref="IHybridCacheSerializerFactory"/> that is registered serves
    /// the whole cache, each for its types; strings and bytes need none.
    /// </remarks>
    public static LarderBuilder AsHybridCache(this LarderBuilder builder, Action<LarderHybridCacheOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        IServiceCollection services = builder.Services;
        string optionsName = builder.OptionsName;
        services.TryAddSingleton(static provider => new HybridSerializers(provider));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<LarderHybridCacheOptions>, HybridCacheOptionsValidator>());
        OptionsBuilder<LarderHybridCacheOptions> options = services.AddOptions<LarderHybridCacheOptions>(optionsName).ValidateOnStart();
        if (configure is not null)
            options.Configure(configure);
        services.AddOptions<CacheOptions>(optionsName).PostConfigure<IServiceProvider>((cache, provider) =>
        {
            // Not around itself, when this is called twice. And not without need: the stored format is another.
            if (cache.Serializer is not HybridCacheSerializer && HasSerializers(services))
                cache.Serializer = provider.GetRequiredService<HybridSerializers>().Over(optionsName, cache.Serializer);
        });
        string name = builder.Name;
        return Faces.Offer<HybridCache>(builder, provider => new LarderHybridCache(
            provider.GetRequiredKeyedService<Cache>(name),
            provider.GetRequiredService<IOptionsMonitor<LarderHybridCacheOptions>>().Get(optionsName) with { }));
    }

    /// <summary>A cache as a <see cref="HybridCache"/>.</summary>
    /// <param name="cache">The cache; its life is not the other's business.</param>
    /// <param name="options">What holds for calls that say nothing.</param>
    /// <exception cref="ArgumentException">An option is out of its range; the message names every one that is.</exception>
    public static HybridCache AsHybridCache(this Cache cache, LarderHybridCacheOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(cache);
        LarderHybridCacheOptions copied = options is null ? new LarderHybridCacheOptions() : options with { };
        var errors = new OptionErrors();
        copied.Validate(errors);
        errors.ThrowIfAny();
        return new LarderHybridCache(cache, copied);
    }

    private static bool HasSerializers(IServiceCollection services) => services.Any(static service =>
        service.ServiceType == typeof(IHybridCacheSerializerFactory)
        || (service.ServiceType.IsGenericType && service.ServiceType.GetGenericTypeDefinition() == typeof(IHybridCacheSerializer<>)));
}
