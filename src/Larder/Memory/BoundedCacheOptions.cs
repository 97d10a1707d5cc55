namespace Larder;

/// <summary>How a <see cref="BoundedCache{TKey, TValue}"/> behaves. Validated and copied when a cache is made of it.</summary>
/// <typeparam name="TKey">The keys.</typeparam>
/// <typeparam name="TValue">The values.</typeparam>
public sealed record BoundedCacheOptions<TKey, TValue>
    where TKey : notnull
{
    /// <summary>The most entries. 1 to 2,147,483,590, or <see langword="null"/> for no bound. Default <see langword="null"/>; at least one of this and <see cref="MaxBytes"/> must be set.</summary>
    public long? MaxEntries { get; init; }

    /// <summary>The most bytes, as <see cref="Weigher"/> counts them. 1 or more, or <see langword="null"/> for no bound. Default <see langword="null"/>.</summary>
    public long? MaxBytes { get; init; }

    /// <summary>Tells an entry's size in bytes, 0 or more. Asked once for each write. Needed with <see cref="MaxBytes"/>; without it, sizes are only summed in <see cref="BoundedCache{TKey, TValue}.Bytes"/>, and entries make room only when the sum would be more than a number holds.</summary>
    public Func<TKey, TValue, long>? Weigher { get; init; }

    /// <summary>Which entry makes room. Default <see cref="EvictionPolicy.Adaptive"/>.</summary>
    public EvictionPolicy Eviction { get; init; } = EvictionPolicy.Adaptive;

    /// <summary>How long an entry lives that does not say otherwise. Positive, or <see cref="Timeout.InfiniteTimeSpan"/>, the default.</summary>
    public TimeSpan DefaultTtl { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>Where the time comes from. Default: the system.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>
    /// How keys compare. Default: as their type does; strings ordinally, with a hash that cannot be flooded with colliding keys.
    /// Keys are compared under the cache's lock, too: no comparison should take long, and one that writes to the cache that
    /// makes it gets a <see cref="LockRecursionException"/>. What a comparison throws reaches the caller and changes nothing.
    /// </summary>
    public IEqualityComparer<TKey>? KeyComparer { get; init; }

    /// <summary>
    /// Called once for every value that leaves, with the reason, after it has left, outside all locks, on the thread
    /// whose call removed it. It may use the cache; what it removes is told in calls inside its own. An exception that it
    /// throws is contained and counted in <see cref="BoundedCacheStatistics.CallbackFailures"/>. Default: none.
    /// </summary>
    public Action<TKey, TValue, RemovalCause>? OnRemoved { get; init; }

    internal void Validate()
    {
        if (MaxEntries is null && MaxBytes is null)
            throw Invalid(nameof(MaxEntries), "null", "a cache needs a bound: set MaxEntries, or MaxBytes with a Weigher");
        if (MaxEntries is < 1)
            throw Invalid(nameof(MaxEntries), MaxEntries, "it must be 1 or more, or null for no bound");
        if (MaxEntries > Array.MaxLength - 1)
            throw Invalid(nameof(MaxEntries), MaxEntries, $"it must be at most {Array.MaxLength - 1}");
        if (MaxBytes is < 1)
            throw Invalid(nameof(MaxBytes), MaxBytes, "it must be 1 or more, or null for no bound");
        if (MaxBytes is not null && Weigher is null)
            throw Invalid(nameof(Weigher), "null", "MaxBytes needs a Weigher that tells each entry's size");
        if (Eviction is not (EvictionPolicy.Adaptive or EvictionPolicy.Lru))
            throw Invalid(nameof(Eviction), Eviction, "it must be Adaptive or Lru");
        if (DefaultTtl <= TimeSpan.Zero && DefaultTtl != Timeout.InfiniteTimeSpan)
            throw Invalid(nameof(DefaultTtl), DefaultTtl, "it must be positive, or Timeout.InfiniteTimeSpan");
        if (TimeProvider is null)
            throw Invalid(nameof(TimeProvider), "null", "use TimeProvider.System");
    }

    private static ArgumentException Invalid(string option, object? value, string expected) =>
        new($"{nameof(BoundedCacheOptions<,>)}.{option} is {value}: {expected}.", option);
}
