using Microsoft.Extensions.Logging;

namespace Larder.Diagnostics;

/// <summary>
/// Every message that Larder logs, with its id. 1 to 99: decisions, written only when asked for
/// (<see cref="CacheOptions.Verbose"/>). 100 and up: what an operator should know, by room.
/// </summary>
/// <remarks>Keys and tags appear in decisions and in messages about one entry; values never do.</remarks>
internal static partial class LogMessages
{
    // Decisions. Information, not Debug: whoever set Verbose has asked for them and should not need a second switch.
    [LoggerMessage(1, LogLevel.Information, "{Cache}: hit {Key} in {Partition}, tier {Tier}, TTL left {TimeToLive}")]
    public static partial void Hit(ILogger logger, string cache, string key, EntryPartition partition, Tiers tier, string timeToLive);

    [LoggerMessage(2, LogLevel.Information, "{Cache}: stale {Key} in {Partition}, because {Reason}")]
    public static partial void Stale(ILogger logger, string cache, string key, EntryPartition partition, StaleReason reason);

    [LoggerMessage(3, LogLevel.Information, "{Cache}: miss {Key} in {Partition}")]
    public static partial void Miss(ILogger logger, string cache, string key, EntryPartition partition);

    [LoggerMessage(4, LogLevel.Information, "{Cache}: set {Key} in {Partition}, tiers {Tiers}, TTL {TimeToLive}")]
    public static partial void Set(ILogger logger, string cache, string key, EntryPartition partition, Tiers tiers, string timeToLive);

    [LoggerMessage(5, LogLevel.Information, "{Cache}: gone {Key} in {Partition}, because {Cause}")]
    public static partial void Removed(ILogger logger, string cache, string key, EntryPartition partition, RemovalCause cause);

    [LoggerMessage(6, LogLevel.Information, "{Cache}: invalidate by {Kind} {Selector} in collection {Collection}, scope {Scope}")]
    public static partial void Invalidated(ILogger logger, string cache, InvalidationKind kind, string? selector, string collection, string scope);

    [LoggerMessage(7, LogLevel.Information, "{Cache}: factory started for {Key} in {Partition}")]
    public static partial void FactoryStarted(ILogger logger, string cache, string key, EntryPartition partition);

    [LoggerMessage(8, LogLevel.Information, "{Cache}: factory completed for {Key} in {Partition} after {Milliseconds} ms")]
    public static partial void FactoryCompleted(ILogger logger, string cache, string key, EntryPartition partition, double milliseconds);

    [LoggerMessage(9, LogLevel.Information, "{Cache}: factory failed for {Key} in {Partition} after {Milliseconds} ms: {Error}")]
    public static partial void FactoryFailed(ILogger logger, string cache, string key, EntryPartition partition, double milliseconds, string error);

    [LoggerMessage(10, LogLevel.Information, "{Cache}: factory cancelled for {Key} in {Partition} after {Milliseconds} ms, nobody waits")]
    public static partial void FactoryCancelled(ILogger logger, string cache, string key, EntryPartition partition, double milliseconds);

    [LoggerMessage(11, LogLevel.Information, "{Cache}: flight joined for {Key} in {Partition}")]
    public static partial void FlightJoined(ILogger logger, string cache, string key, EntryPartition partition);

    [LoggerMessage(12, LogLevel.Information, "{Cache}: eager refresh of {Key} in {Partition}")]
    public static partial void EagerRefresh(ILogger logger, string cache, string key, EntryPartition partition);

    [LoggerMessage(13, LogLevel.Information, "{Cache}: {Kind} timeout of {Milliseconds} ms for {Key} in {Partition}")]
    public static partial void FactoryTimeout(ILogger logger, string cache, string kind, double milliseconds, string key, EntryPartition partition);

    [LoggerMessage(14, LogLevel.Information, "{Cache}: {Store} {Operation} took {Milliseconds} ms: {Outcome}")]
    public static partial void StoreCalled(ILogger logger, string cache, string store, string operation, double milliseconds, string outcome);

    [LoggerMessage(15, LogLevel.Information, "{Cache}: recovery queued {Work}, {Pending} pending")]
    public static partial void RecoveryQueued(ILogger logger, string cache, string work, long pending);

    [LoggerMessage(16, LogLevel.Information, "{Cache}: {Method} asks for {Key}", SkipEnabledCheck = true)]
    public static partial void MemoizeAsked(ILogger logger, string cache, string method, string key);

    [LoggerMessage(17, LogLevel.Information, "{Cache}: {Method} is computed for {Key}")]
    public static partial void MemoizeComputing(ILogger logger, string cache, string method, string key);

    // Factories and entries.
    [LoggerMessage(100, LogLevel.Warning, "{Cache}: the factory for {Key} in {Partition} failed, and no caller sees its exception")]
    public static partial void FactoryFailedUnseen(ILogger logger, Exception exception, string cache, string key, EntryPartition partition);

    [LoggerMessage(101, LogLevel.Warning, "{Cache}: {Key} in {Partition} was asked for as {Asked} and holds {Found}: a miss ({Suppressed} like this not logged)")]
    public static partial void TypeMismatch(ILogger logger, string cache, string key, EntryPartition partition, Type asked, Type? found, long suppressed);

    [LoggerMessage(102, LogLevel.Error, "{Cache}: a handler of {Event} threw ({Suppressed} like this not logged)")]
    public static partial void EventHandlerFailed(ILogger logger, Exception exception, string cache, string @event, long suppressed);

    [LoggerMessage(103, LogLevel.Warning, "{Cache}: an argument of {Method} could not be written into its key; the call goes on without the cache")]
    public static partial void MemoizeBypassed(ILogger logger, Exception exception, string cache, string method);

    [LoggerMessage(104, LogLevel.Error, "{Cache}: maintenance failed; it is tried again in a moment")]
    public static partial void MaintenanceFailed(ILogger logger, Exception exception, string cache);

    [LoggerMessage(105, LogLevel.Error, "{Cache}: the weigher threw for {Key} in {Partition}; its size is estimated ({Suppressed} like this not logged)")]
    public static partial void WeigherFailed(ILogger logger, Exception exception, string cache, string key, EntryPartition partition, long suppressed);

    // Options.
    [LoggerMessage(110, LogLevel.Information, "{Cache}: changed options are in force")]
    public static partial void OptionsChanged(ILogger logger, string cache);

    [LoggerMessage(111, LogLevel.Warning, "{Cache}: {Options} changed, and cannot while the cache is in use; restart for it")]
    public static partial void OptionsNeedRestart(ILogger logger, string cache, string options);

    [LoggerMessage(112, LogLevel.Error, "{Cache}: changed options are wrong; those from before stay in force")]
    public static partial void OptionsRefused(ILogger logger, Exception exception, string cache);

    // Store.
    [LoggerMessage(200, LogLevel.Warning, "{Cache}: {Store} {Operation} failed ({Suppressed} like this not logged)")]
    public static partial void StoreFailed(ILogger logger, Exception exception, string cache, string store, string operation, long suppressed);

    [LoggerMessage(201, LogLevel.Error, "{Cache}: the circuit to {Store} is open; the store is not asked for {Milliseconds} ms")]
    public static partial void CircuitOpened(ILogger logger, string cache, string store, double milliseconds);

    [LoggerMessage(202, LogLevel.Information, "{Cache}: the circuit to {Store} is closed; the store is asked again")]
    public static partial void CircuitClosed(ILogger logger, string cache, string store);

    [LoggerMessage(203, LogLevel.Information, "{Cache}: all {Replayed} writes and invalidations that had not reached {Store} have been replayed")]
    public static partial void RecoveryReplayed(ILogger logger, string cache, long replayed, string store);

    [LoggerMessage(204, LogLevel.Error, "{Cache}: more than {Capacity} writes could not reach {Store}; all of its entries will be cleared when it is back")]
    public static partial void RecoveryOverflowed(ILogger logger, string cache, int capacity, string store);

    [LoggerMessage(205, LogLevel.Warning, "{Cache}: the stored entry {Key} in {Partition} cannot be used ({Outcome}): a miss ({Suppressed} like this not logged)")]
    public static partial void PayloadRejected(ILogger logger, Exception? exception, string cache, string key, EntryPartition partition, string outcome, long suppressed);

    [LoggerMessage(206, LogLevel.Warning, "{Cache}: changes in {Store} may have been missed; memory is verified again before it is served")]
    public static partial void CoherenceLost(ILogger logger, string cache, string store);

    [LoggerMessage(207, LogLevel.Information, "{Cache}: changes in {Store} are told again")]
    public static partial void CoherenceRestored(ILogger logger, string cache, string store);

    // Snapshot.
    [LoggerMessage(300, LogLevel.Information, "{Cache}: loaded {Entries} entries from {Path}; {Expired} had expired")]
    public static partial void SnapshotLoaded(ILogger logger, string cache, string path, long entries, long expired);

    [LoggerMessage(301, LogLevel.Error, "{Cache}: {Path} is damaged: kept {Entries} intact entries, lost {Damaged}; {Expired} had expired; {Reason}")]
    public static partial void SnapshotDamaged(ILogger logger, string cache, string path, long entries, long damaged, long expired, string reason);

    [LoggerMessage(302, LogLevel.Debug, "{Cache}: saved {Entries} entries, {Bytes} bytes, to {Path} in {Milliseconds} ms")]
    public static partial void SnapshotSaved(ILogger logger, string cache, long entries, long bytes, string path, double milliseconds);

    [LoggerMessage(303, LogLevel.Error, "{Cache}: the snapshot {Path} failed; what was saved before is kept")]
    public static partial void SnapshotFailed(ILogger logger, Exception exception, string cache, string path);

    [LoggerMessage(304, LogLevel.Warning, "{Cache}: the file that {Path} has replaced could not be read whole, and is kept as {KeptAside}")]
    public static partial void SnapshotKeptAside(ILogger logger, string cache, string path, string keptAside);

    [LoggerMessage(305, LogLevel.Warning, "{Cache}: {Refused} entries are larger than a record of {Path} may be, and are not in it")]
    public static partial void SnapshotRefused(ILogger logger, string cache, long refused, string path);

    // The framework's interfaces.
    [LoggerMessage(500, LogLevel.Error, "{Cache}: HybridCache was given a key that {Reason}; nothing is cached under it")]
    public static partial void HybridKeyRefused(ILogger logger, string cache, string reason);

    [LoggerMessage(501, LogLevel.Error, "{Cache}: HybridCache was given a {Text} that is not well-formed Unicode; the entry is kept in memory only")]
    public static partial void HybridTextMalformed(ILogger logger, string cache, string text);

    [LoggerMessage(502, LogLevel.Error, "{Cache}: a post-eviction callback threw")]
    public static partial void EvictionCallbackFailed(ILogger logger, Exception exception, string cache);

    [LoggerMessage(503, LogLevel.Error, "{Cache}: the weigher threw for an entry of the memory cache; its size is estimated")]
    public static partial void MemoryCacheWeigherFailed(ILogger logger, Exception exception, string cache);
}
