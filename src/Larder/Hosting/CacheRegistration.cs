using Larder.Stores;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Larder.Hosting;

/// <summary>One cache of a host: what its options do not say, and how it is made.</summary>
internal sealed class CacheRegistration(string name)
{
    // Code and sections that may say which store it has, in the order in which they were given.
    private readonly List<(Func<IServiceProvider, ICacheStore>? Code, IConfiguration? Section)> _sources = [];

    public string Name { get; } = name;

    /// <summary>The name of its options: the default cache has the unnamed ones, so that <c>IOptions&lt;CacheOptions&gt;</c> are its.</summary>
    public string OptionsName => Name == LarderBuilder.DefaultName ? Options.DefaultName : Name;

    /// <summary>The configuration that it is bound to, in order.</summary>
    public IEnumerable<IConfiguration> Sections => _sources.Select(source => source.Section).OfType<IConfiguration>();

    /// <summary>The backends that its configuration can choose from.</summary>
    public StoreBackends Backends { get; } = new();

    /// <summary>Binds it to a section, which may choose its store.</summary>
    public void Bind(IConfiguration section) => _sources.Add((null, section));

    /// <summary>
    /// Takes its store from code. Kept beside the options, because options may be made more than once, and are made to be
    /// validated when nobody has asked for the cache yet.
    /// </summary>
    public void UseStore(Func<IServiceProvider, ICacheStore> create) => _sources.Add((create, null));

    /// <summary>What makes its store: the last that says anything, code or configuration. <see langword="null"/> for a cache without one.</summary>
    public Func<IServiceProvider, ICacheStore>? ChooseStore(OptionErrors errors)
    {
        Func<IServiceProvider, ICacheStore>? chosen = null;
        foreach ((Func<IServiceProvider, ICacheStore>? code, IConfiguration? section) in _sources)
        {
            if (code is not null)
                chosen = code;
            else if (Backends.TryChoose(section!, errors, out Func<IServiceProvider, ICacheStore>? create))
                chosen = create;
        }

        return chosen;
    }

    /// <summary>What configuration says of the store, to see whether it says something else later.</summary>
    public string StoreChoice() => string.Join(
        '\n',
        from section in Sections
        from pair in section.AsEnumerable(makePathsRelative: true)
        where pair.Key.StartsWith(CacheSettings.Backend, StringComparison.OrdinalIgnoreCase)
        orderby pair.Key
        select $"{pair.Key}={pair.Value}");

    /// <summary>Makes the cache. The host's default cache is offered as that of the process.</summary>
    public Cache Create(IServiceProvider provider)
    {
        var watch = new OptionsWatch(this, provider);
        Cache cache = CreateCore(provider);
        watch.Follow(cache.Core);
        if (Name == LarderBuilder.DefaultName)
            DefaultCache.OfProcess.Offer(this, () => cache);
        return cache;
    }

    private Cache CreateCore(IServiceProvider provider)
    {
        CacheOptions options = provider.GetRequiredService<IOptionsMonitor<CacheOptions>>().Get(OptionsName);
        var errors = new OptionErrors();
        Func<IServiceProvider, ICacheStore>? create = ChooseStore(errors);
        // The options were found valid, but configuration may have changed since.
        errors.ThrowIfAny();
        if (create is null)
            return Cache.Create(options);

        ICacheStore store = create(provider)
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
