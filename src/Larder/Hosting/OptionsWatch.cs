using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Larder.Hosting;

/// <summary>Brings a host's cache the options that change while it is in use.</summary>
/// <remarks>
/// Made from the same sources of changes as the host's <see cref="IOptionsMonitor{TOptions}"/>, and not from the monitor itself: that
/// tells nobody of options that turn out wrong, and whoever made them wrong should find it in the log.
/// </remarks>
internal sealed class OptionsWatch : IDisposable
{
    private readonly CacheRegistration _registration;
    private readonly IOptionsFactory<CacheOptions> _factory;
    private readonly IOptionsChangeTokenSource<CacheOptions>[] _sources;
    private readonly IChangeToken[] _before;
    private readonly Lock _applying = new(); // Keeps changes in their order.
    private IDisposable[] _subscriptions = [];
    private string _store;

    /// <summary>Begins to take note of changes: before the cache is made, so that none is missed while it is.</summary>
    public OptionsWatch(CacheRegistration registration, IServiceProvider services)
    {
        _registration = registration;
        _factory = services.GetRequiredService<IOptionsFactory<CacheOptions>>();
        _sources = [.. services.GetServices<IOptionsChangeTokenSource<CacheOptions>>().Where(source => (source.Name ?? Options.DefaultName) == registration.OptionsName)];
        _before = [.. _sources.Select(source => source.GetChangeToken())];
        _store = registration.StoreChoice();
    }

    /// <summary>Begins to bring the changes to the cache.</summary>
    public void Follow(CacheCore cache)
    {
        _subscriptions = [.. _sources.Select(source => ChangeToken.OnChange(source.GetChangeToken, () => Apply(cache)))];
        cache.Own(this);
        if (_before.Any(token => token.HasChanged))
            Apply(cache);
    }

    public void Dispose()
    {
        foreach (IDisposable subscription in _subscriptions)
            subscription.Dispose();
    }

    private void Apply(CacheCore cache)
    {
        lock (_applying)
        {
            if (cache.IsDisposed)
                return;
            try
            {
                CacheOptions options = _factory.Create(_registration.OptionsName);
                string store = _registration.StoreChoice();
                bool storeChanged = store != _store;
                _store = store;
                cache.Change(options, storeChanged);
            }
            catch (Exception error) when (error is OptionsValidationException or InvalidCacheOptionsException)
            {
                cache.RefuseChange(error);
            }
        }
    }
}
