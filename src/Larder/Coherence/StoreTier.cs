using Larder.Diagnostics;
using Larder.Partitions;
using Larder.Resilience;
using Larder.Serialization;
using Larder.Stores;
using Larder.Time;

namespace Larder.Coherence;

/// <summary>A cache's store and everything that stands between: guard, writer, reader, epochs, leases.</summary>
internal sealed class StoreTier : IAsyncDisposable
{
    public StoreTier(ICacheStore store, StoreOptions options, PartitionTable partitions, EpochClock epochs, PayloadCodec codec, Clock clock, CacheTelemetry telemetry)
    {
        Guard = new StoreGuard(store, options, clock.Provider, telemetry);
        Clock = new StoreClock(Guard, store as IEpochStore ?? new ClockEpochStore(store, clock.Provider), epochs, clock);
        Writer = new StoreWriter(new StoreWrites(Guard, Clock, codec, clock), options, partitions.Everything, clock, telemetry);
        Reader = new StoreReader(Guard, Writer, Clock, codec, clock, telemetry);
        Sweeper = new StoreSweeper(Guard, Clock, codec, clock, partitions.Prefix);
        Leases = store is ILeasingStore ? new Leases(Guard, clock.Provider) : null;
    }

    public StoreGuard Guard { get; }

    public StoreClock Clock { get; }

    public StoreWriter Writer { get; }

    public StoreReader Reader { get; }

    public StoreSweeper Sweeper { get; }

    /// <summary>The right to compute for all processes, where the store can grant it.</summary>
    public Leases? Leases { get; }

    public async ValueTask DisposeAsync()
    {
        await Sweeper.DisposeAsync().ConfigureAwait(false);
        await Writer.DisposeAsync().ConfigureAwait(false);
        await Guard.Store.DisposeAsync().ConfigureAwait(false);
    }
}
