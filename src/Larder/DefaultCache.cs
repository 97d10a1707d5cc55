namespace Larder;

/// <summary>
/// Which cache is <see cref="Cache.Default"/>: the one that was configured; otherwise the one that a host offered last
/// and has not disposed; otherwise one of its own, in memory.
/// </summary>
internal sealed class DefaultCache
{
    // Protects everything below but the reading of _current.
    private readonly Lock _gate = new();
    private readonly List<(object Owner, Func<Cache> Resolve)> _offers = [];
    private Cache? _own;
    private bool _configured;

    // What was chosen last; null when it has to be chosen again.
    private volatile Cache? _current;

    public static DefaultCache OfProcess { get; } = new();

    public Cache Value => _current is { IsDisposed: false } current ? current : Choose();

    public Cache Configure(Action<CacheOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        lock (_gate)
        {
            if (_own is not null)
            {
                throw new InvalidOperationException(_configured
                    ? "The default cache is configured already. Call Cache.Configure once, when the program starts."
                    : "The default cache is in use already, with the default options. Call Cache.Configure before anything asks for Cache.Default.");
            }

            _own = Cache.Create(configure);
            _configured = true;
            return _current = _own;
        }
    }

    /// <summary>Offers a host's cache. One that was configured goes before it.</summary>
    public void Offer(object owner, Func<Cache> resolve)
    {
        lock (_gate)
        {
            _offers.RemoveAll(offer => ReferenceEquals(offer.Owner, owner));
            _offers.Add((owner, resolve));
            if (!_configured)
                _current = null;
        }
    }

    /// <summary>Takes an offer back.</summary>
    public void Withdraw(object owner)
    {
        lock (_gate)
        {
            if (_offers.RemoveAll(offer => ReferenceEquals(offer.Owner, owner)) > 0 && !_configured)
                _current = null;
        }
    }

    private Cache Choose()
    {
        (object Owner, Func<Cache> Resolve)[] offers;
        lock (_gate)
        {
            if (_configured)
                return _own!;
            offers = [.. _offers];
        }

        // Outside the lock: a container holds locks of its own while it makes a cache.
        for (int i = offers.Length - 1; i >= 0; i--)
        {
            if (TryResolve(offers[i].Resolve) is { } offered)
                return _current = offered;
            Withdraw(offers[i].Owner);
        }

        lock (_gate)
        {
            if (_own is null or { IsDisposed: true })
                _own = Cache.Create();
            if (_offers.Count == 0)
                _current = _own;
            return _own;
        }
    }

    private static Cache? TryResolve(Func<Cache> resolve)
    {
        try
        {
            return resolve() is { IsDisposed: false } cache ? cache : null;
        }
        catch (ObjectDisposedException)
        {
            // The host is gone, and its cache with it.
            return null;
        }
    }
}
