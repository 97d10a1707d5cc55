using Larder.Stores;
using Microsoft.Extensions.Logging;

namespace Larder;

/// <summary>
/// How a cache behaves. A cache validates and copies its options when it is made; changing them later changes nothing.
/// </summary>
public sealed record CacheOptions
{
    /// <summary>Tells caches apart in metrics, logs and keyed services. At least one visible character. Default <c>default</c>.</summary>
    public string Name { get; set; } = "default";

    /// <summary>The most entries kept in memory. 1 or more; <see langword="null"/> for no bound. Default 100,000.</summary>
    public long? MaxEntries { get; set; } = 100_000;

    /// <summary>The most bytes kept in memory, by <see cref="EntryOptions.Size"/>, <see cref="Weigher"/> or an estimate. 1 or more. Default <see langword="null"/>: no bound.</summary>
    public long? MaxBytes { get; set; }

    /// <summary>Tells a value's size in bytes for <see cref="MaxBytes"/>, given key and value; a negative size counts as 0. Default: an estimate for strings, arrays of primitives and plain structs, and 256 for anything else.</summary>
    /// <remarks>Called at each write, with a lock held: it must be quick and must not use the cache. Where it throws, the estimate counts, and the log says so.</remarks>
    public Func<string, object?, long>? Weigher { get; set; }

    /// <summary>Which entry makes room. Default <see cref="EvictionPolicy.Adaptive"/>.</summary>
    public EvictionPolicy Eviction { get; set; } = EvictionPolicy.Adaptive;

    /// <summary>How long an entry is fresh that does not say otherwise. Positive, or <see cref="Timeout.InfiniteTimeSpan"/>. Default 5 minutes.</summary>
    public TimeSpan DefaultTtl { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long after its TTL an entry may be served when its factory fails or is slow. Zero or more. Default zero: never.</summary>
    public TimeSpan Grace { get; set; }

    /// <summary>After a failed factory, how long the stale value is served before trying again. Positive. Default 30 seconds.</summary>
    public TimeSpan GraceThrottle { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The most that is added to a TTL at random. Zero or more. Default zero.</summary>
    public TimeSpan Jitter { get; set; }

    /// <summary>The share of the TTL after which a hit renews the entry in the background. At least 0, which turns it off, and less than 1. Default 0.</summary>
    public double EagerRefresh { get; set; }

    /// <summary>How long a caller waits for a factory while something stale could be served. Positive, at most 49 days and shorter than <see cref="HardTimeout"/>, or <see cref="Timeout.InfiniteTimeSpan"/>, the default.</summary>
    public TimeSpan SoftTimeout { get; set; } = Timeout.InfiniteTimeSpan;

    /// <summary>How long a caller waits for a factory at all; then it gets what is stale, or a <see cref="TimeoutException"/>. Positive and at most 49 days, or <see cref="Timeout.InfiniteTimeSpan"/>, the default.</summary>
    public TimeSpan HardTimeout { get; set; } = Timeout.InfiniteTimeSpan;

    /// <summary>Whether a factory goes on after its callers timed out, and its value is cached; otherwise it is cancelled when nobody waits any more. Default <see langword="true"/>.</summary>
    public bool CompleteInBackground { get; set; } = true;

    /// <summary>How a failed factory is tried again. Never <see langword="null"/>. Default <see cref="RetryOptions.None"/>: not at all.</summary>
    public RetryOptions Retry { get; set; } = RetryOptions.None;

    /// <summary>Whether a failing store is hidden from callers; otherwise they get a <see cref="CacheStoreException"/>. Default <see langword="true"/>.</summary>
    public bool FailSilently { get; set; } = true;

    /// <summary>Whether every caller gets its own copy of a mutable value, made by the serializer. What is set is the cache's from then on. Default <see langword="false"/>.</summary>
    public bool CloneOnRead { get; set; }

    /// <summary>The first part of every stored key, so that caches can share a store. Caches with the same one share their entries. Not empty. Default <see langword="null"/>: <see cref="Name"/>.</summary>
    public string? KeyPrefix { get; set; }

    /// <summary>How values become bytes. Default <see cref="CacheSerializers.Json(System.Text.Json.JsonSerializerOptions?)"/>.</summary>
    public ICacheSerializer? Serializer { get; set; }

    /// <summary>Whether and how stored values are compressed. Default: not at all.</summary>
    public CompressionOptions? Compression { get; set; }

    /// <summary>Whether and with which keys stored values are encrypted. Default: not at all.</summary>
    public EncryptionOptions? Encryption { get; set; }

    /// <summary>The largest payload that is written to or believed from a store, in bytes, after decompression. 1 or more. Default 64 MiB. A larger value stays in memory only, and the log says so; with <see cref="FailSilently"/> off, writing it throws an <see cref="InvalidOperationException"/>.</summary>
    public int MaxPayloadBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>How the store is asked and what happens when it fails. Never <see langword="null"/>.</summary>
    public StoreOptions Store { get; set; } = new();

    /// <summary>Whether every decision is logged. The environment variable <c>LARDER_DEBUG=1</c> does the same for every cache of a process, to standard error.</summary>
    public bool Verbose { get; set; }

    /// <summary>Where the time comes from. Default: the system.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Where logs go. Default: nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>Where jitter comes from. Default <see cref="Random.Shared"/>.</summary>
    public Random? Random { get; set; }

    internal ICacheStore? StoreInstance { get; private set; }

    internal SnapshotOptions? Snapshot { get; private set; }

    /// <summary>A copy that nobody else can change.</summary>
    internal CacheOptions Copy() => this with
    {
        Retry = Retry with { },
        Compression = Compression is null ? null : Compression with { },
        Encryption = Encryption?.Copy(),
        Store = Store with { },
        Snapshot = Snapshot is null ? null : Snapshot with { },
    };

    /// <summary>Puts the cache in front of a store, which it owns from here on and disposes with itself.</summary>
    /// <param name="store">The store. Not together with <see cref="PersistTo"/>.</param>
    /// <returns>These options.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="store"/> is <see langword="null"/>.</exception>
    public CacheOptions UseStore(ICacheStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        StoreInstance = store;
        return this;
    }

    /// <summary>Saves the memory to a file and loads it from there at start.</summary>
    /// <param name="path">The file. Its directory must exist. Not together with <see cref="UseStore"/>.</param>
    /// <param name="configure">Changes how often it is saved.</param>
    /// <returns>These options.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty or white space.</exception>
    public CacheOptions PersistTo(string path, Action<SnapshotOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var snapshot = new SnapshotOptions { Path = path };
        configure?.Invoke(snapshot);
        Snapshot = snapshot;
        return this;
    }
}
