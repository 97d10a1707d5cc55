using Larder.Hosting;
using Larder.Stores;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Larder;

/// <summary>Configures one cache of a host further; returned by <c>AddLarder</c>.</summary>
/// <remarks>What is configured later wins over what was configured before, whether in code or from configuration.</remarks>
public sealed class LarderBuilder
{
    /// <summary>The name of the cache that was added without one.</summary>
    public const string DefaultName = "default";

    private readonly CacheRegistration _registration;

    internal LarderBuilder(IServiceCollection services, CacheRegistration registration)
    {
        Services = services;
        _registration = registration;
    }

    /// <summary>The host's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>The cache's name, which is its key as a service.</summary>
    public string Name => _registration.Name;

    /// <summary>The name of the cache's options, and of what else is configured for it.</summary>
    internal string OptionsName => _registration.OptionsName;

    /// <summary>Changes the cache's options.</summary>
    public LarderBuilder Configure(Action<CacheOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        Services.Configure(_registration.OptionsName, configure);
        return this;
    }

    /// <summary>Changes the cache's options, with the help of other services.</summary>
    public LarderBuilder Configure(Action<CacheOptions, IServiceProvider> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        Services.AddOptions<CacheOptions>(_registration.OptionsName).Configure(configure);
        return this;
    }

    /// <summary>Takes the cache's options from a configuration section.</summary>
    /// <param name="section">Holds the options by their names; letter case does not matter. An unknown name or a value that cannot be read stops the host from starting.</param>
    /// <remarks>
    /// When the configuration changes while the cache is in use, times to live, timeouts, retries, bounds and verbosity follow; what else changed
    /// is logged as needing a restart, and so is what is wrong, which changes nothing.
    /// </remarks>
    public LarderBuilder Bind(IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        _registration.Bind(section);
        Services.AddSingleton<IOptionsChangeTokenSource<CacheOptions>>(new ConfigurationChangeTokenSource<CacheOptions>(_registration.OptionsName, section));
        // What cannot be read is passed over here and told by the validator, together with everything else.
        Services.Configure<CacheOptions>(_registration.OptionsName, options => CacheSettings.Apply(section, options, new OptionErrors()));
        return this;
    }

    /// <summary>Puts the cache in front of a store, which it owns and disposes with itself.</summary>
    /// <param name="create">Makes the store, once, when the cache is first asked for.</param>
    public LarderBuilder UseStore(Func<IServiceProvider, ICacheStore> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        _registration.UseStore(create);
        return this;
    }

    /// <summary>Makes a kind of store known to this cache's configuration, so that <c>"Backend"</c> can choose it.</summary>
    /// <param name="name">The name to choose it by; letter case does not matter. It takes the place of a package's backend of that name; <c>memory</c> and <c>file</c> cannot be replaced.</param>
    /// <param name="backend">Reads its options and makes its store.</param>
    /// <exception cref="ArgumentException">The name is blank, or built in.</exception>
    public LarderBuilder AddBackend(string name, IStoreBackend backend)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(backend);
        _registration.Backends.Add(name, backend);
        return this;
    }

    /// <summary>Saves the memory to a file and loads it from there when the host starts.</summary>
    /// <param name="path">The file. Its directory must exist.</param>
    /// <param name="configure">Changes how often it is saved.</param>
    public LarderBuilder PersistTo(string path, Action<SnapshotOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return Configure(options => options.PersistTo(path, configure));
    }
}
