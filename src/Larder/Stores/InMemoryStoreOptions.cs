namespace Larder.Stores;

/// <summary>How an <see cref="InMemoryStore"/> behaves. Read once, when the store is made.</summary>
public sealed record InMemoryStoreOptions
{
    /// <summary>The most entries kept; one more evicts the least recently used. 1 or more; <see langword="null"/> for no bound. Default 100,000.</summary>
    public long? MaxEntries { get; init; } = 100_000;

    /// <summary>
    /// The most bytes kept, counting each value and two bytes per character of its key; more evicts the least
    /// recently used. An entry larger than this is evicted as soon as it is written. 1 or more. Default
    /// <see langword="null"/>: no bound.
    /// </summary>
    public long? MaxBytes { get; init; }

    /// <summary>
    /// Whether the observer of a connection is also told of the connection's own writes, removals and bumps; the
    /// port allows both, and a cache that is told reads back what it has just written. Default <see langword="false"/>.
    /// </summary>
    public bool TellWriter { get; init; }

    /// <summary>Where the time comes from. Default: the system.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    internal static void Validate(InMemoryStoreOptions options)
    {
        RequirePositive(options.MaxEntries, nameof(MaxEntries));
        RequirePositive(options.MaxBytes, nameof(MaxBytes));
        if (options.TimeProvider is null)
            throw new ArgumentException($"{nameof(InMemoryStoreOptions)}.{nameof(TimeProvider)} is null; leave it out to use the system's time.", nameof(options));

        static void RequirePositive(long? bound, string name)
        {
            if (bound is < 1)
                throw new ArgumentOutOfRangeException(nameof(bound), bound, $"{nameof(InMemoryStoreOptions)}.{name} is {bound}; it must be 1 or more, or null for no bound.");
        }
    }
}
