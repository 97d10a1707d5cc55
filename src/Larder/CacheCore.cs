using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Larder.Coherence;
using Larder.Diagnostics;
using Larder.Entries;
using Larder.Flights;
using Larder.Keys;
using Larder.Partitions;
using Larder.Resilience;
using Larder.Serialization;
using Larder.Time;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Larder;

/// <summary>
/// The one place where tiers, flights, epochs and failure policy meet. Every handle of a cache (<see cref="Cache"/>)
/// speaks to the same core, each for its own partition.
/// </summary>
/// <remarks>
/// <para>The way of a read: memory (<c>LookUp</c>), flight (<c>GetOrSet</c>), store, lease, factory (<c>Compute</c>),
/// publication. The way of a write or removal: void the key's flight, change memory and line up the store's change in
/// one step under the key's stripe (<see cref="FlightStripe"/>), then wait for the store.</para>
/// </remarks>
internal sealed partial class CacheCore : IAsyncDisposable
{
    private static readonly TimeSpan MaintenanceInterval = TimeSpan.FromSeconds(1);

    // Partitions and tags that nothing refers to any more are looked for this seldom when nothing was cleared.
    private const int TrimEvery = 60;

    private readonly Clock _clock;
    private readonly EpochClock _epochs = new();
    private readonly MemoryTier _memory;
    private readonly FlightTable _flights = new();
    private readonly PayloadCodec _codec;
    private readonly CacheTelemetry _telemetry;
    private readonly StoreTier? _store;
    private readonly RetryPipelines _retries;
    private readonly Random _random;
    private readonly ITimer _maintenance;
    private readonly CancellationTokenSource _disposed = new();
    private int _disposing;
    private int _maintaining;
    private int _maintenanceRuns;

    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "The core owns what it makes.")]
    public CacheCore(CacheOptions options)
    {
        options.Validate();
        Options = options.Copy();
        Defaults = EntryPolicy.DefaultsOf(Options);
        CopyingDefaults = Defaults with { CloneOnRead = true };
        _clock = new Clock(Options.TimeProvider);
        _random = Options.Random ?? Random.Shared;
        _retries = new RetryPipelines(Options.TimeProvider);
        _codec = new PayloadCodec(Options.Serializer ?? CacheSerializers.Json(), Options.Compression, Options.Encryption, Options.MaxPayloadBytes);
        Partitions = new PartitionTable(Options.KeyPrefix ?? Options.Name);

        Logger = (Options.LoggerFactory ?? NullLoggerFactory.Instance).CreateLogger("Larder");
        _telemetry = new CacheTelemetry(Options.Name, Options.StoreInstance?.Name, Logger, Options.Verbose, Options.TimeProvider, Events, Gauges);
        _memory = new MemoryTier(Options, _clock, _telemetry, Events);
        if (Options.StoreInstance is { } store)
        {
            _store = new StoreTier(store, Options.Store, Partitions, _epochs, _codec, _clock, _telemetry);
            ObserveStore(store);
        }

        OpenSnapshot();
        // Last: what threw before this must leave no timer behind.
        _store?.Writer.BeginRecovery();
        _maintenance = Options.TimeProvider.CreateTimer(static core => ((CacheCore)core!).Maintain(), this, MaintenanceInterval, MaintenanceInterval);
    }

    /// <summary>The options that the cache was made with; of those that may change, the ones in force.</summary>
    public CacheOptions Options { get; private set; }

    /// <summary>What holds where a caller says nothing. Replaced as a whole when options change.</summary>
    public EntryPolicy Defaults { get; private set; }

    /// <summary>The same, with a copy for every caller.</summary>
    public EntryPolicy CopyingDefaults { get; private set; }

    public bool HasStore => _store is not null;

    public PartitionTable Partitions { get; }

    public CacheEvents Events { get; } = new();

    public ILogger Logger { get; }

    public bool IsDisposed => Volatile.Read(ref _disposing) == 1;

    public CacheStatistics Statistics => _telemetry.ReadStatistics();

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposing, 1) == 1)
            return;

        DisposeOwned();
        await _maintenance.DisposeAsync().ConfigureAwait(false);
        await CloseSnapshotAsync().ConfigureAwait(false);
        await _disposed.CancelAsync().ConfigureAwait(false);
        _observation?.Dispose();
        if (_store is not null)
            await _store.DisposeAsync().ConfigureAwait(false);
        _telemetry.Dispose();
        _disposed.Dispose();
    }

    private (long Entries, long Bytes) Gauges() => (_memory.Count, _memory.Bytes);

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(IsDisposed, typeof(Cache));

    /// <summary>What holds for an entry under a caller's wishes.</summary>
    /// <exception cref="ArgumentException">A wish is out of its range.</exception>
    public EntryPolicy PolicyOf(TimeSpan? ttl, EntryOptions? options)
    {
        if (ttl is { } given)
            EntryOptionsValidation.ValidateTtl(given);
        options?.Validate();
        return Defaults.With(ttl, options);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static string StoredKeyOf(in EntryKey key) => StoredKey.Combine(key.Partition.Prefix, key.Key);

    private void Maintain()
    {
        // A timer may fire while its last callback still runs.
        if (Interlocked.Exchange(ref _maintaining, 1) == 1)
            return;
        try
        {
            Reclaim();
        }
        catch (Exception error)
        {
            // Nobody is there to catch what a timer throws; the process would end.
            LogMessages.MaintenanceFailed(Logger, error, Options.Name);
        }
        finally
        {
            Volatile.Write(ref _maintaining, 0);
        }
    }

    // What costs time and need not be done at once: expired entries nobody asks for, entries that a clear made
    // invalid, partitions and tags that nothing refers to any more.
    private void Reclaim()
    {
        _memory.ReclaimExpired();
        long? swept = _memory.SweepCleared(_epochs);
        if (swept is not null || ++_maintenanceRuns % TrimEvery == 0)
        {
            // What is on its way into a tier keeps the stamp it began with; looked for after the sweep, so that nothing
            // the sweep has found valid is thought cleared when it comes to the store.
            long underWay = Math.Min(_flights.OldestStamp(), _store?.Writer.OldestStamp() ?? long.MaxValue);
            Partitions.Trim(Math.Min(swept ?? 0, underWay - 1));
        }

        _memory.FlushRemovals();
        _store?.Sweeper.Tick();
    }
}
