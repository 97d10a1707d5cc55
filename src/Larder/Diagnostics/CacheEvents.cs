using Larder.Diagnostics;

namespace Larder;

/// <summary>Tells what happens in a cache while it happens.</summary>
/// <remarks>
/// <para>A handler runs on the thread on which the event happens, and the caller waits for it: be quick, or hand
/// the event on. A handler that throws never breaks the cache or the other handlers: its exception is logged and
/// counted (<see cref="CacheStatistics.ObserverFailures"/>).</para>
/// <para>An event without a handler costs nothing. A handler of <see cref="Hit"/> makes every hit slower by an
/// allocation and the handler's own time.</para>
/// <para>The sender is this object; the cache is named in the event.</para>
/// </remarks>
public sealed class CacheEvents
{
    // Protects _hit and the telling of HitObserved, so that the two cannot disagree.
    private readonly Lock _gate = new();
    private EventHandler<HitEvent>? _hit;
    private Action<bool>? _hitObserved;

    internal CacheEvents()
    {
    }

#pragma warning disable MA0046 // EventHandler<T> has long stopped asking for EventArgs; records compare and print.
    /// <summary>A look-up was answered with a fresh value.</summary>
    public event EventHandler<HitEvent>? Hit
    {
        add
        {
            lock (_gate)
            {
                _hit += value;
                _hitObserved?.Invoke(_hit is not null);
            }
        }

        remove
        {
            lock (_gate)
            {
                _hit -= value;
                _hitObserved?.Invoke(_hit is not null);
            }
        }
    }

    /// <summary>A look-up was answered with a stale value.</summary>
    public event EventHandler<StaleServedEvent>? StaleServed;

    /// <summary>Neither memory nor store could answer a look-up.</summary>
    public event EventHandler<MissEvent>? Miss;

    /// <summary>An entry was written.</summary>
    public event EventHandler<SetEvent>? Set;

    /// <summary>An entry left the cache's memory.</summary>
    public event EventHandler<RemovedEvent>? Removed;

    /// <summary>Many entries were removed at once.</summary>
    public event EventHandler<InvalidatedEvent>? Invalidated;

    /// <summary>A factory failed, after all its retries.</summary>
    public event EventHandler<FactoryFailedEvent>? FactoryFailed;

    /// <summary>A call to the store failed or timed out.</summary>
    public event EventHandler<StoreFailedEvent>? StoreFailed;
#pragma warning restore MA0046

    internal EventHandler<HitEvent>? HitHandlers => Volatile.Read(ref _hit);

    internal EventHandler<StaleServedEvent>? StaleServedHandlers => StaleServed;

    internal EventHandler<MissEvent>? MissHandlers => Miss;

    internal EventHandler<SetEvent>? SetHandlers => Set;

    internal EventHandler<RemovedEvent>? RemovedHandlers => Removed;

    internal EventHandler<InvalidatedEvent>? InvalidatedHandlers => Invalidated;

    internal EventHandler<FactoryFailedEvent>? FactoryFailedHandlers => FactoryFailed;

    internal EventHandler<StoreFailedEvent>? StoreFailedHandlers => StoreFailed;

    /// <summary>Tells <paramref name="observed"/> whether <see cref="Hit"/> has handlers: now, and whenever that may have changed.</summary>
    internal void WhenHitObserved(Action<bool> observed)
    {
        lock (_gate)
        {
            _hitObserved = observed;
            observed(_hit is not null);
        }
    }

    /// <summary>Calls every handler; what one throws goes to <paramref name="telemetry"/>, and the next is called.</summary>
    internal void Raise<TEvent>(EventHandler<TEvent> handlers, TEvent e, CacheTelemetry telemetry)
        where TEvent : CacheEvent
    {
        foreach (EventHandler<TEvent> handler in Delegate.EnumerateInvocationList(handlers))
        {
            try
            {
                handler(this, e);
            }
            catch (Exception exception)
            {
                telemetry.EventHandlerFailed(typeof(TEvent).Name, exception);
            }
        }
    }
}
