using Larder.Serialization;

namespace Larder;

/// <summary>What a cache's options may be. The ranges are those that the options' own documentation states.</summary>
internal static class CacheOptionsValidation
{
    /// <summary>Refuses options that are out of range or contradict each other, naming all of them.</summary>
    /// <exception cref="InvalidCacheOptionsException">Something is wrong.</exception>
    public static void Validate(this CacheOptions options)
    {
        var errors = new OptionErrors();
        options.Validate(errors);
        errors.ThrowIfAny();
    }

    /// <summary>Adds what is wrong with the options to <paramref name="errors"/>.</summary>
    public static void Validate(this CacheOptions options, OptionErrors errors)
    {
        errors.Check(!string.IsNullOrWhiteSpace(options.Name), nameof(CacheOptions.Name), options.Name, "it must hold at least one visible character");
        errors.Check(options.KeyPrefix is null or { Length: > 0 }, nameof(CacheOptions.KeyPrefix), options.KeyPrefix, "it must hold at least one character, or be null for the cache's name");
        Bounds(options, errors);
        Times(options, errors);
        Payloads(options, errors);
        if (options.Retry is { } retry)
            retry.Validate(nameof(CacheOptions.Retry), errors);
        else
            errors.Add("Retry is null; use RetryOptions.None for no retries.");
        if (options.Store is { } store)
            store.Validate(errors);
        else
            errors.Add("Store is null; leave it as it is for the defaults.");
        if (options.TimeProvider is null)
            errors.Add("TimeProvider is null; use TimeProvider.System for the system's time.");
        options.Snapshot?.Validate(errors);
        if (options.Snapshot is { } snapshot && options.StoreInstance is { } used)
            errors.Add(StoreAndSnapshot(used.Name, snapshot.Path));
    }

    /// <summary>The error of a cache that has both.</summary>
    public static string StoreAndSnapshot(string store, string path) =>
        $"PersistTo is \"{path}\" and UseStore is {store}; choose one: a cache with a store keeps its entries there, and a second, older copy in a file would bring back what was removed meanwhile.";

    private static void Bounds(CacheOptions options, OptionErrors errors)
    {
        errors.Check(options.MaxEntries is null or >= 1, nameof(CacheOptions.MaxEntries), options.MaxEntries, "it must be 1 or more, or null for no bound");
        errors.Check(options.MaxBytes is null or >= 1, nameof(CacheOptions.MaxBytes), options.MaxBytes, "it must be 1 or more, or null for no bound");
        errors.Check(Enum.IsDefined(options.Eviction), nameof(CacheOptions.Eviction), options.Eviction, "it must be Adaptive or Lru");
    }

    private static void Times(CacheOptions options, OptionErrors errors)
    {
        errors.Lifetime(nameof(CacheOptions.DefaultTtl), options.DefaultTtl);
        errors.NotNegative(nameof(CacheOptions.Grace), options.Grace);
        errors.Positive(nameof(CacheOptions.GraceThrottle), options.GraceThrottle);
        errors.NotNegative(nameof(CacheOptions.Jitter), options.Jitter);
        EntryOptionsValidation.EagerRefresh(options.EagerRefresh, errors);
        EntryOptionsValidation.Timeouts(options.SoftTimeout, options.HardTimeout, errors);
    }

    private static void Payloads(CacheOptions options, OptionErrors errors)
    {
        foreach (string failure in PayloadCodec.Failures(options.Serializer ?? CacheSerializers.Json(), options.Compression, options.Encryption, options.MaxPayloadBytes))
            errors.Add(failure);
    }

    private static void Validate(this StoreOptions store, OptionErrors errors)
    {
        errors.Wait("Store.ReadTimeout", store.ReadTimeout);
        errors.Wait("Store.WriteTimeout", store.WriteTimeout);
        errors.Check(store.CircuitFailures >= 2, "Store.CircuitFailures", store.CircuitFailures, "it must be 2 or more");
        errors.Check(store.CircuitBreak >= TimeSpan.FromMilliseconds(500) && store.CircuitBreak <= TimeSpan.FromDays(1), "Store.CircuitBreak", store.CircuitBreak, "it must be from 500 milliseconds to 1 day");
        errors.Timer("Store.RecoveryInterval", store.RecoveryInterval);
        errors.Check(store.RecoveryCapacity >= 1, "Store.RecoveryCapacity", store.RecoveryCapacity, "it must be 1 or more");
        errors.Timer("Store.LeaseDuration", store.LeaseDuration);
        errors.Wait("Store.SweepInterval", store.SweepInterval);
    }

    private static void Validate(this SnapshotOptions snapshot, OptionErrors errors)
    {
        string[] own = [.. snapshot.Errors()];
        foreach (string error in own)
            errors.Add(error);
        if (own.Length > 0)
            return;

        string path = Path.GetFullPath(snapshot.Path);
        string? directory = Path.GetDirectoryName(path);
        errors.Check(!Directory.Exists(path), "SnapshotOptions.Path", snapshot.Path, "it must name a file, and this is a directory");
        errors.Check(Directory.Exists(directory), "SnapshotOptions.Path", snapshot.Path, $"its directory \"{directory}\" must exist");
    }
}
