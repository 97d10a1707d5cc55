using Larder;
using Larder.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Larder's caches to a host.</summary>
/// <remarks>
/// <para>A cache is a singleton, made when it is first asked for and disposed with the container. It takes its
/// loggers and its <see cref="TimeProvider"/> from the container when there are any. Its options are validated when
/// the host starts: all errors at once, as an <see cref="OptionsValidationException"/>.</para>
/// <para>A cache added by name is a keyed service: <c>[FromKeyedServices("sessions")] ICache</c>. The one added
/// without a name is the plain <see cref="ICache"/>, and has the key <c>default</c> besides; if there is none, the
/// first one added is the plain one. Each can be asked for as <see cref="Cache"/>, too. Adding the same name again configures the same cache further.</para>
/// </remarks>
public static class LarderServiceCollectionExtensions
{
    /// <summary>Adds the default cache.</summary>
    public static LarderBuilder AddLarder(this IServiceCollection services) => Add(services, LarderBuilder.DefaultName);

    /// <summary>Adds the default cache.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Changes its options.</param>
    public static LarderBuilder AddLarder(this IServiceCollection services, Action<CacheOptions> configure) =>
        Add(services, LarderBuilder.DefaultName).Configure(configure);

    /// <summary>Adds the default cache, with options from a configuration section.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="section">Holds the options by their names, such as <c>configuration.GetSection("Larder")</c>.</param>
    public static LarderBuilder AddLarder(this IServiceCollection services, IConfiguration section) =>
        Add(services, LarderBuilder.DefaultName).Bind(section);

    /// <summary>Adds a cache by name.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="name">The cache's name and its key as a service; compared ordinally.</param>
    public static LarderBuilder AddLarder(this IServiceCollection services, string name) => Add(services, name);

    /// <summary>Adds a cache by name.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="name">The cache's name and its key as a service; compared ordinally.</param>
    /// <param name="configure">Changes its options.</param>
    public static LarderBuilder AddLarder(this IServiceCollection services, string name, Action<CacheOptions> configure) =>
        Add(services, name).Configure(configure);

    /// <summary>Adds a cache by name, with options from a configuration section.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="name">The cache's name and its key as a service; compared ordinally.</param>
    /// <param name="section">Holds the options by their names.</param>
    public static LarderBuilder AddLarder(this IServiceCollection services, string name, IConfiguration section) =>
        Add(services, name).Bind(section);

    private static LarderBuilder Add(IServiceCollection services, string name)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (Registered(services, name) is { } known)
            return new LarderBuilder(services, known);

        var registration = new CacheRegistration(name);
        services.AddSingleton(registration);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, SnapshotWarmUp>());
        if (name == LarderBuilder.DefaultName)
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, DefaultCacheOffer>());
        services.AddSingleton<IValidateOptions<CacheOptions>>(new CacheOptionsValidator(registration));
        // First, so that whatever the application configures comes later and wins.
        services.AddOptions<CacheOptions>(registration.OptionsName).ValidateOnStart().Configure<IServiceProvider>((options, provider) =>
        {
            options.Name = name;
            options.LoggerFactory = provider.GetService<ILoggerFactory>();
            options.TimeProvider = provider.GetService<TimeProvider>() ?? options.TimeProvider;
        });
        AddServices(services, registration);
        return new LarderBuilder(services, registration);
    }

    private static void AddServices(IServiceCollection services, CacheRegistration registration)
    {
        string name = registration.Name;
        services.AddKeyedSingleton(name, (provider, _) => registration.Create(provider));
        services.AddKeyedSingleton<ICache>(name, (provider, _) => Resolve(provider));
        var plainClass = ServiceDescriptor.Singleton(Resolve);
        var plainFace = ServiceDescriptor.Singleton<ICache>(Resolve);
        if (name == LarderBuilder.DefaultName)
        {
            // Take the place of a named cache that came first.
            services.Replace(plainClass);
            services.Replace(plainFace);
        }
        else
        {
            services.TryAdd(plainClass);
            services.TryAdd(plainFace);
        }

        Cache Resolve(IServiceProvider provider) => provider.GetRequiredKeyedService<Cache>(name);
    }

    private static CacheRegistration? Registered(IServiceCollection services, string name) =>
        services
            .Where(service => !service.IsKeyedService)
            .Select(service => service.ImplementationInstance)
            .OfType<CacheRegistration>()
            .FirstOrDefault(registration => registration.Name == name);
}
