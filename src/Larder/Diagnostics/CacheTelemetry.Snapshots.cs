namespace Larder.Diagnostics;

/// <content>The snapshot file, and the cache's statistics.</content>
internal sealed partial class CacheTelemetry
{
    /// <summary>The snapshot was loaded.</summary>
    /// <param name="path">From where.</param>
    /// <param name="entries">How many entries are in memory now.</param>
    /// <param name="expired">How many had expired.</param>
    /// <param name="damaged">How many records were lost because they were damaged, at least.</param>
    /// <param name="reason">What is wrong with the file; <see langword="null"/> when nothing is.</param>
    public void SnapshotLoaded(string path, long entries, long expired, long damaged, string? reason = null)
    {
        if (damaged == 0 && reason is null)
        {
            LogMessages.SnapshotLoaded(_logger, _cache, path, entries, expired);
            return;
        }

        _counters.Increment(Tally.SnapshotFailures);
        LogMessages.SnapshotDamaged(_logger, _cache, path, entries, damaged, expired, reason ?? "the file is intact, and what is lost are records that are no entries");
    }

    /// <summary>The snapshot was saved.</summary>
    /// <param name="path">Where.</param>
    /// <param name="entries">How many entries are in it.</param>
    /// <param name="bytes">Its size.</param>
    /// <param name="duration">How long that took.</param>
    /// <param name="refused">How many entries are not in it because they are too large.</param>
    /// <param name="keptAside">Where the damaged or foreign file that it replaced was put; <see langword="null"/> when there was none.</param>
    public void SnapshotSaved(string path, long entries, long bytes, TimeSpan duration, long refused = 0, string? keptAside = null)
    {
        _counters.Increment(Tally.SnapshotsSaved);
        LogMessages.SnapshotSaved(_logger, _cache, entries, bytes, path, duration.TotalMilliseconds);
        if (refused > 0)
            LogMessages.SnapshotRefused(_logger, _cache, refused, path);
        if (keptAside is not null)
            LogMessages.SnapshotKeptAside(_logger, _cache, path, keptAside);
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
            Store = _storeName,
            CoherenceLost = Volatile.Read(ref _coherenceLost),
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
