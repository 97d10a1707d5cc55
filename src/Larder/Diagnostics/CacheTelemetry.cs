using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Larder.Partitions;
using Microsoft.Extensions.Logging;
using static Larder.Diagnostics.TelemetryNames;

namespace Larder.Diagnostics;

/// <summary>
/// The one face to which a cache tells what it does: counts it, and passes it to whoever listens (events, logs,
/// metrics, traces).
/// </summary>
/// <remarks>
/// <para>With nobody listening every member costs its count and a few loads, and allocates nothing. A hit reads one
/// field, <see cref="Observed"/>, and when it is false counts by <see cref="CountHit"/>. Meters read the counters
/// when they are asked; a hit never calls one.</para>
/// <para>Members never throw, and are safe for concurrent use. Event handlers run inside them: they must not be
/// called under a lock that a handler's own call of the cache could need.</para>
/// </remarks>
internal sealed partial class CacheTelemetry : IDisposable
{
    private readonly string _cache;
    private readonly string? _storeName;
    private readonly string _store;
    private readonly ILogger _ownLogger;
    private readonly SafeLogger _logger;
    private readonly TextWriter? _decisionOutput;
    private readonly TimeProvider _time;
    private readonly CacheEvents _events;
    private readonly Func<(long Entries, long Bytes)> _gauges;
    private readonly StripedCounters _counters = new();
    private readonly LogThrottle _handlerFailures;
    private readonly LogThrottle _typeMismatches;
    private readonly LogThrottle _weigherFailures;
    private readonly LogThrottle _storeFailures;
    private readonly LogThrottle _rejections;

    // Where decisions are logged; nowhere when nobody wants them.
    private SafeLogger? _decisions;

    // Read by every hit, written when the first hit handler comes or the last goes, and when decisions begin or cease to be logged. A hit that runs at that very
    // moment may still be told to nobody; it is counted either way.
    private bool _observed;

    /// <summary>Begins to watch a cache.</summary>
    /// <param name="cacheName">The cache's name: the one attribute of every metric.</param>
    /// <param name="storeName">The store's name (<see cref="Stores.ICacheStore.Name"/>); <see langword="null"/> when there is none.</param>
    /// <param name="logger">Where logs go.</param>
    /// <param name="verbose">Whether every decision is logged.</param>
    /// <param name="time">What durations are measured by.</param>
    /// <param name="events">The cache's events, raised from here.</param>
    /// <param name="gauges">Tells how many entries and bytes are in memory now. Must not throw, also when the cache is disposed.</param>
    /// <param name="decisionOutput">Where decisions are printed besides; standard error when the environment says so.</param>
    public CacheTelemetry(
        string cacheName,
        string? storeName,
        ILogger logger,
        bool verbose,
        TimeProvider time,
        CacheEvents events,
        Func<(long Entries, long Bytes)> gauges,
        TextWriter? decisionOutput = null)
    {
        _cache = cacheName;
        _storeName = storeName;
        _store = storeName ?? "none";
        _logger = new SafeLogger(logger, _counters);
        _ownLogger = logger;
        _decisionOutput = decisionOutput ?? DecisionLogger.EnvironmentOutput();
        _time = time;
        _events = events;
        _gauges = gauges;
        _handlerFailures = new LogThrottle(time);
        _typeMismatches = new LogThrottle(time);
        _weigherFailures = new LogThrottle(time);
        _storeFailures = new LogThrottle(time);
        _rejections = new LogThrottle(time);
        SetVerbose(verbose);
        LarderMeter.Add(cacheName, _counters, this);
    }

    /// <summary>Whether hits have to be told one by one (<see cref="Hit"/>) and not just counted (<see cref="CountHit"/>).</summary>
    public bool Observed
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _observed;
    }

    /// <summary>Whether decisions are logged, and so whether telling of one may call a logger.</summary>
    public bool LogsDecisions => Volatile.Read(ref _decisions) is not null;

    /// <summary>How many writes wait to be replayed. Set by whoever keeps them.</summary>
    public long RecoveryPending => Volatile.Read(ref _recoveryPending);

    /// <summary>Whether the circuit is open.</summary>
    public bool CircuitOpen => Volatile.Read(ref _circuitOpen);

    /// <summary>Entries and bytes in memory now.</summary>
    public (long Entries, long Bytes) Gauges => _gauges();

    /// <summary>Turns the logging of decisions on or off.</summary>
    public void SetVerbose(bool verbose)
    {
        Volatile.Write(ref _decisions, DecisionLogger.Create(_ownLogger, verbose, _decisionOutput) is { } decisions ? new SafeLogger(decisions, _counters) : null);
        _events.WhenHitObserved(observed => Volatile.Write(ref _observed, observed || LogsDecisions));
    }

    /// <summary>The options were changed while the cache is in use.</summary>
    /// <param name="restart">The options that are different and need another cache.</param>
    public void OptionsChanged(IReadOnlyList<string> restart)
    {
        LogMessages.OptionsChanged(_logger, _cache);
        if (restart.Count > 0)
            LogMessages.OptionsNeedRestart(_logger, _cache, string.Join(", ", restart));
    }

    /// <summary>The options were changed into something that they may not be.</summary>
    public void OptionsRefused(Exception error) => LogMessages.OptionsRefused(_logger, error, _cache);

    /// <summary>Counts a hit in memory that nobody observes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CountHit() => _counters.CountHit();

    /// <summary>A look-up was answered with a fresh value. Counts it, too.</summary>
    public void Hit(Partition partition, ReadOnlySpan<char> key, Tiers tier, TimeSpan? ttlLeft)
    {
        _counters.Increment(tier == Tiers.Store ? Tally.StoreTierHits : Tally.MemoryHits);
        if (_observed)
            TellHit(partition, key.ToString(), tier, ttlLeft);
    }

    /// <summary>A look-up was answered with a stale value.</summary>
    public void StaleHit(Partition partition, ReadOnlySpan<char> key, StaleReason reason)
    {
        _counters.Increment(Tally.StaleHits);
        if (_decisions is { } log)
            LogMessages.Stale(log, _cache, key.ToString(), Public(partition), reason);
        if (_events.StaleServedHandlers is { } handlers)
            _events.Raise(handlers, new StaleServedEvent(_cache, Public(partition), key.ToString(), reason), this);
    }

    /// <summary>Neither memory nor store could answer a look-up.</summary>
    public void Miss(Partition partition, ReadOnlySpan<char> key)
    {
        _counters.Increment(Tally.Misses);
        if (_decisions is { } log)
            LogMessages.Miss(log, _cache, key.ToString(), Public(partition));
        if (_events.MissHandlers is { } handlers)
            _events.Raise(handlers, new MissEvent(_cache, Public(partition), key.ToString()), this);
    }

    /// <summary>An entry was written.</summary>
    /// <param name="partition">Where.</param>
    /// <param name="key">Under which key.</param>
    /// <param name="tiers">To which tiers.</param>
    /// <param name="ttl">How long it is fresh; <see langword="null"/> for ever.</param>
    public void Set(Partition partition, string key, Tiers tiers, TimeSpan? ttl)
    {
        _counters.Increment(Tally.Sets);
        if (_decisions is { } log)
            LogMessages.Set(log, _cache, key, Public(partition), tiers, Readable(ttl));
        if (_events.SetHandlers is { } handlers)
            _events.Raise(handlers, new SetEvent(_cache, Public(partition), key, tiers, ttl), this);
    }

    /// <summary>An entry left memory, or was refused by it.</summary>
    public void Removed(Partition partition, string key, RemovalCause cause)
    {
        _counters.Increment(cause switch
        {
            RemovalCause.Replaced => Tally.Replacements,
            RemovalCause.Expired => Tally.Expirations,
            RemovalCause.Evicted => Tally.Evictions,
            _ => Tally.Removals,
        });
        if (_decisions is { } log)
            LogMessages.Removed(log, _cache, key, Public(partition), cause);
        if (_events.RemovedHandlers is { } handlers)
            _events.Raise(handlers, new RemovedEvent(_cache, Public(partition), key, cause), this);
    }

    /// <summary>Entries were removed by a pattern.</summary>
    public void PatternRemoved(Partition partition, string pattern) =>
        Invalidated(Tally.PatternRemovals, InvalidationKind.Pattern, partition.Collection, partition.Scope, pattern);

    /// <summary>Entries were removed by a tag.</summary>
    public void TagRemoved(Partition partition, string tag) =>
        Invalidated(Tally.TagRemovals, InvalidationKind.Tag, partition.Collection, partition.Scope, tag);

    /// <summary>A part of the cache was cleared.</summary>
    /// <param name="collection">The collection; <see langword="null"/> for all.</param>
    /// <param name="scope">The scope; <see langword="null"/> for all.</param>
    public void Cleared(string? collection, CacheScope? scope) =>
        Invalidated(Tally.Clears, InvalidationKind.Clear, collection, scope, null);

    /// <summary>An entry was asked for as a type that it does not have.</summary>
    public void TypeMismatch(Partition partition, string key, Type asked, Type? found)
    {
        _counters.Increment(Tally.TypeMismatches);
        if (_typeMismatches.TryEnter(out long suppressed))
            LogMessages.TypeMismatch(_logger, _cache, key, Public(partition), asked, found, suppressed);
    }

    /// <summary>The user's weigher threw; the entry's size is estimated.</summary>
    public void WeigherFailed(Partition partition, string key, Exception exception)
    {
        if (_weigherFailures.TryEnter(out long suppressed))
            LogMessages.WeigherFailed(_logger, exception, _cache, key, Public(partition), suppressed);
    }

    /// <summary>A handler of <see cref="CacheEvents"/> threw.</summary>
    public void EventHandlerFailed(string @event, Exception exception)
    {
        _counters.Increment(Tally.ObserverFailures);
        if (_handlerFailures.TryEnter(out long suppressed))
            LogMessages.EventHandlerFailed(_logger, exception, _cache, @event, suppressed);
    }

    /// <summary>Starts the span of a get-or-set that memory could not answer.</summary>
    public GetOrSetSpan StartGetOrSet() => new(StartSpan(Spans.GetOrSet, ActivityKind.Internal));

    /// <summary>Stops watching. Counts go on; metrics keep the last ones, so that none ever falls.</summary>
    public void Dispose() => ObservedCaches.Remove(_cache, this);

    private static EntryPartition Public(Partition partition) =>
        new(partition.Collection, partition.Scope, partition.OrganizationId, partition.UserId);

    private static string Readable(TimeSpan? ttl) => ttl is { } span ? span.ToString("c", CultureInfo.InvariantCulture) : "none";

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TellHit(Partition partition, string key, Tiers tier, TimeSpan? ttlLeft)
    {
        if (_decisions is { } log)
            LogMessages.Hit(log, _cache, key, Public(partition), tier, Readable(ttlLeft));
        if (_events.HitHandlers is { } handlers)
            _events.Raise(handlers, new HitEvent(_cache, Public(partition), key, tier, ttlLeft), this);
    }

    private void Invalidated(Tally tally, InvalidationKind kind, string? collection, CacheScope? scope, string? selector)
    {
        _counters.Increment(tally);
        if (_decisions is { } log)
            LogMessages.Invalidated(log, _cache, kind, selector, collection ?? "(all)", scope?.ToString() ?? "(all)");
        if (_events.InvalidatedHandlers is { } handlers)
            _events.Raise(handlers, new InvalidatedEvent(_cache, kind, collection, scope, selector), this);
    }

    private Activity? StartSpan(string name, ActivityKind kind)
    {
        Activity? activity = Activities.Source.StartActivity(name, kind);
        activity?.SetTag(Attributes.CacheName, _cache);
        return activity;
    }
}
