namespace Larder.Diagnostics;

/// <content>The snapshot file, and the cache's statistics.</content>
internal sealed partial class CacheTelemetry
{
    /// <summary>The snapshot was loaded.</summary>
    /// <param name="path">From where.</param>
    /// <param name="entries">How many entries are in memory now.</param>
    /// <param name="expired">How many had expired.</param>
    /// <param name="damaged">How many records were lost because they were damaged, at least.</param>
    public void SnapshotLoaded(string path, long entries, long expired, long damaged)
    {
        if (damaged == 0)
        {
            LogMessages.SnapshotLoaded(_logger, _cache, path, entries, expired);
            return;
        }

        _counters.Increment(Tally.SnapshotFailures);
        LogMessages.SnapshotDamaged(_logger, _cache, path, entries, damaged, expired);
    }

    /// <summary>The snapshot was saved.</summary>
    public void SnapshotSaved(string path, long entries, long bytes, TimeSpan duration)
    {
        _counters.Increment(Tally.SnapshotsSaved);
        LogMessages.SnapshotSaved(_logger, _cache, entries, bytes, path, duration.TotalMilliseconds);
    }

    /// <summary>The snapshot could not be saved or read.</summary>
    public void SnapshotFailed(string path, Exception exception)
    {
        _counters.Increment(Tally.SnapshotFailures);
        LogMessages.SnapshotFailed(_logger, exception, _cache, path);
    }

    /// <summary>What the cache has done so far.</summary>
    public CacheStatistics ReadStatistics()
    {
        Span<long> totals = stackalloc long[StripedCounters.Count];
        totals.Clear();
        _counters.AddTo(totals);
        (long entries, long bytes) = _gauges();
        return new CacheStatistics
        {
            MemoryHits = totals[(int)Tally.MemoryHits],
            StoreTierHits = totals[(int)Tally.StoreTierHits],
            StaleHits = totals[(int)Tally.StaleHits],
            Misses = totals[(int)Tally.Misses],
            Sets = totals[(int)Tally.Sets],
            Removals = totals[(int)Tally.Removals],
            Replacements = totals[(int)Tally.Replacements],
            Expirations = totals[(int)Tally.Expirations],
            Evictions = totals[(int)Tally.Evictions],
            Invalidations = totals[(int)Tally.PatternRemovals] + totals[(int)Tally.TagRemovals] + totals[(int)Tally.Clears],
            FactoryCalls = totals[(int)Tally.FactoryCalls],
            FactoryFailures = totals[(int)Tally.FactoryFailures],
            FactoryCancellations = totals[(int)Tally.FactoryCancellations],
            FactoryTime = new TimeSpan(totals[(int)Tally.FactoryTicks]),
            FlightsJoined = totals[(int)Tally.FlightsJoined],
            EagerRefreshes = totals[(int)Tally.EagerRefreshes],
            SoftTimeouts = totals[(int)Tally.SoftTimeouts],
            HardTimeouts = totals[(int)Tally.HardTimeouts],
            TypeMismatches = totals[(int)Tally.TypeMismatches],
            StoreCalls = totals[(int)Tally.StoreCalls],
            StoreFailures = totals[(int)Tally.StoreFailures],
            StoreTime = new TimeSpan(totals[(int)Tally.StoreTicks]),
            StoreHits = totals[(int)Tally.StoreHits],
            StoreMisses = totals[(int)Tally.StoreMisses],
            PayloadsRejected = totals[(int)Tally.PayloadsRejected],
            CircuitOpen = CircuitOpen,
            CircuitOpenings = totals[(int)Tally.CircuitOpenings],
            RecoveryPending = RecoveryPending,
            RecoveryReplayed = totals[(int)Tally.RecoveryReplayed],
            RecoveryOverflows = totals[(int)Tally.RecoveryOverflows],
            CoherenceLosses = totals[(int)Tally.CoherenceLosses],
            SnapshotsSaved = totals[(int)Tally.SnapshotsSaved],
            SnapshotFailures = totals[(int)Tally.SnapshotFailures],
            ObserverFailures = totals[(int)Tally.ObserverFailures],
            Entries = entries,
            Bytes = bytes,
        };
    }
}
