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
    private readonly CacheCore _cache;
    private readonly IOptionsFactory<CacheOptions> _factory;
    private readonly IDisposable[] _subscriptions;
    private string _store;

    public OptionsWatch(CacheRegistration registration, CacheCore cache, IServiceProvider services)
    {
        _registration = registration;
        _cache = cache;
        _factory = services.GetRequiredService<IOptionsFactory<CacheOptions>>();
        _store = registration.StoreChoice();
        _subscriptions =
        [
            .. services.GetServices<IOptionsChangeTokenSource<CacheOptions>>()
                .Where(source => (source.Name ?? Options.DefaultName) == registration.OptionsName)
                .Select(source => ChangeToken.OnChange(source.GetChangeToken, Apply)),
        ];
    }

    public void Dispose()
    {
        foreach (IDisposable subscription in _subscriptions)
            subscription.Dispose();
    }

    private void Apply()
    {
        try
        {
            CacheOptions options = _factory.Create(_registration.OptionsName);
            string store = _registration.StoreChoice();
            string before = Interlocked.Exchange(ref _store, store);
            _cache.Change(options, storeChanged: store != before);
        }
        catch (Exception error) when (error is OptionsValidationException or InvalidCacheOptionsException)
        {
            _cache.RefuseChange(error);
        }
    }
}
