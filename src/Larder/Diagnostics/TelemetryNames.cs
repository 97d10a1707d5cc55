namespace Larder.Diagnostics;

/// <summary>
/// The names by which Larder is watched: meter, activity source, instruments, spans, attributes and their values.
/// </summary>
/// <remarks>
/// Requests, entries and sizes follow the names and units of the framework's own memory cache metrics
/// (<c>dotnet.cache.requests</c>, <c>dotnet.cache.entries</c>, <c>dotnet.cache.estimated_size</c>) under Larder's
/// prefix; calls to a store are the <c>db.client.operation.duration</c> of the OpenTelemetry semantic conventions.
/// No attribute has unbounded values: never a key, a tag, a user or an organization.
/// </remarks>
internal static class TelemetryNames
{
    public const string Meter = "Larder";
    public const string ActivitySource = "Larder";

    public static class Instruments
    {
        public const string Requests = "larder.cache.requests";
        public const string Entries = "larder.cache.entries";
        public const string EstimatedSize = "larder.cache.estimated_size";
        public const string Sets = "larder.cache.sets";
        public const string Removals = "larder.cache.removals";
        public const string Invalidations = "larder.cache.invalidations";
        public const string FactoryDuration = "larder.factory.duration";
        public const string FlightsJoined = "larder.factory.flights_joined";
        public const string EagerRefreshes = "larder.factory.eager_refreshes";
        public const string FactoryTimeouts = "larder.factory.timeouts";
        public const string StoreDuration = "db.client.operation.duration";
        public const string StoreRequests = "larder.store.requests";
        public const string StoreFailures = "larder.store.failures";
        public const string PayloadsRejected = "larder.store.rejected_payloads";
        public const string CircuitOpen = "larder.store.circuit_open";
        public const string RecoveryPending = "larder.store.recovery.pending";
        public const string RecoveryReplayed = "larder.store.recovery.replayed";
        public const string CoherenceLosses = "larder.store.coherence_losses";
        public const string Snapshots = "larder.snapshot.saves";
    }

    public static class Spans
    {
        public const string GetOrSet = "larder.get_or_set";
        public const string Factory = "larder.factory";
        public const string Store = "larder.store";
    }

    public static class Attributes
    {
        public const string CacheName = "cache.name";
        public const string RequestType = "cache.request.type";
        public const string Tier = "cache.tier";
        public const string Cause = "cache.removal.cause";
        public const string InvalidationKind = "cache.invalidation.kind";
        public const string FlightRole = "cache.flight.role";
        public const string TimeoutKind = "cache.timeout.kind";
        public const string Outcome = "cache.outcome";
        public const string ErrorType = "error.type";
        public const string DatabaseSystem = "db.system.name";
        public const string DatabaseOperation = "db.operation.name";
    }

    public static class Values
    {
        public const string Hit = "hit";
        public const string Stale = "stale";
        public const string Miss = "miss";
        public const string Memory = "memory";
        public const string Store = "store";
        public const string Removed = "removed";
        public const string Replaced = "replaced";
        public const string Expired = "expired";
        public const string Evicted = "evicted";
        public const string Pattern = "pattern";
        public const string Tag = "tag";
        public const string Clear = "clear";
        public const string Soft = "soft";
        public const string Hard = "hard";
        public const string Leader = "leader";
        public const string Waiter = "waiter";
        public const string Ok = "ok";
        public const string Failed = "failed";
        public const string Cancelled = "cancelled";
    }
}
