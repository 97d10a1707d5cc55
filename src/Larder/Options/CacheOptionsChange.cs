namespace Larder;

/// <summary>Which options may change while a cache is in use.</summary>
internal static class CacheOptionsChange
{
    /// <summary>The options in force, with what may change taken from others.</summary>
    /// <param name="inForce">The options in force.</param>
    /// <param name="wanted">The options that somebody would like.</param>
    /// <param name="weighs">Whether entries are weighed: only then can their bytes be bounded.</param>
    public static CacheOptions Changed(this CacheOptions inForce, CacheOptions wanted, bool weighs) => inForce with
    {
        DefaultTtl = wanted.DefaultTtl,
        Grace = wanted.Grace,
        GraceThrottle = wanted.GraceThrottle,
        Jitter = wanted.Jitter,
        EagerRefresh = wanted.EagerRefresh,
        SoftTimeout = wanted.SoftTimeout,
        HardTimeout = wanted.HardTimeout,
        CompleteInBackground = wanted.CompleteInBackground,
        Retry = wanted.Retry == inForce.Retry ? inForce.Retry : wanted.Retry with { },
        FailSilently = wanted.FailSilently,
        Verbose = wanted.Verbose,
        MaxEntries = wanted.MaxEntries,
        MaxBytes = weighs ? wanted.MaxBytes : inForce.MaxBytes,
    };

    /// <summary>The names of the options that configuration can set and in which the two differ.</summary>
    public static IEnumerable<string> Differences(this CacheOptions inForce, CacheOptions wanted)
    {
        if (inForce.Name != wanted.Name)
            yield return nameof(CacheOptions.Name);
        if (inForce.MaxBytes != wanted.MaxBytes)
            yield return nameof(CacheOptions.MaxBytes);
        if (inForce.Eviction != wanted.Eviction)
            yield return nameof(CacheOptions.Eviction);
        if (inForce.CloneOnRead != wanted.CloneOnRead)
            yield return nameof(CacheOptions.CloneOnRead);
        if (inForce.KeyPrefix != wanted.KeyPrefix)
            yield return nameof(CacheOptions.KeyPrefix);
        if (inForce.MaxPayloadBytes != wanted.MaxPayloadBytes)
            yield return nameof(CacheOptions.MaxPayloadBytes);
        if (inForce.Store != wanted.Store)
            yield return nameof(CacheOptions.Store);
        if (inForce.Compression != wanted.Compression)
            yield return nameof(CacheOptions.Compression);
        if (!Same(inForce.Encryption, wanted.Encryption))
            yield return nameof(CacheOptions.Encryption);
        if (inForce.Snapshot != wanted.Snapshot)
            yield return nameof(CacheOptions.PersistTo);
    }

    private static bool Same(EncryptionOptions? one, EncryptionOptions? other)
    {
        if (one is null || other is null)
            return one is null == other is null;
        return one.CurrentKeyId == other.CurrentKeyId
            && one.Keys.Count == other.Keys.Count
            && one.Keys.All(pair => other.Keys.TryGetValue(pair.Key, out byte[]? key) && key.AsSpan().SequenceEqual(pair.Value));
    }
}
