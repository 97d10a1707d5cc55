namespace Larder.Stores;

/// <summary>
/// A place for bytes outside the memory tier: the port that every store implements.
/// </summary>
/// <remarks>
/// <para><b>Keys</b> are opaque strings of UTF-16 code units, lone surrogates included, and are compared ordinally;
/// a store keeps every possible key and never normalizes it. None is <see langword="null"/>.</para>
/// <para><b>Values</b> are opaque bytes; a store neither reads nor changes them. The memory that a read returns is the
/// caller's alone: read-only for both sides, never written to again and never used for another read. The memory that
/// a write is given may be used again by the caller once the call has completed.</para>
/// <para><b>Time to live</b> is kept by the store's own means. It is positive, or <see langword="null"/> for "until
/// removed (or evicted)"; anything else is an <see cref="ArgumentOutOfRangeException"/>, before anything was changed.
/// An entry whose time has passed is never returned, listed or counted, even when the store is late in deleting it.
/// A store may keep an entry shorter than it was told, never longer (but for its clock's resolution).</para>
/// <para><b>Order</b>: when a call has completed, every connection sees its effect. A method that was cancelled has
/// either happened or not; it is never half done. A method that was cancelled before it began has not happened, and
/// throws <see cref="OperationCanceledException"/>.</para>
/// <para><b>Failure</b>: every method may throw. The core counts, breaks the circuit, goes on without the store, and
/// takes a call that threw for one that may have happened.</para>
/// <para>All members are safe for concurrent use. What else a store can do it says by implementing
/// <see cref="IEpochStore"/>, <see cref="ILeasingStore"/> or <see cref="ICoherentStore"/>; the core never asks what kind
/// of store it is. The test suite <c>Larder.Conformance</c> states all this as tests.</para>
/// </remarks>
public interface ICacheStore : IAsyncDisposable
{
    /// <summary>A short name for logs and metrics, such as <c>redis</c>. Not empty, and always the same.</summary>
    string Name { get; }

    /// <summary>Reads one entry.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The bytes, none if the entry is empty; <see langword="null"/> when there is no entry.</returns>
    ValueTask<ReadOnlyMemory<byte>?> GetAsync(string key, CancellationToken cancellationToken);

    /// <summary>Reads many entries in as few round trips as the store can. They need not be of one instant.</summary>
    /// <param name="keys">The keys; may be none, thousands, and the same one twice.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>One element for each key, in the order of <paramref name="keys"/>.</returns>
    ValueTask<ReadOnlyMemory<byte>?[]> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken);

    /// <summary>Writes one entry, replacing what was there together with its TTL, and voids the lease on the key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The bytes; may be empty.</param>
    /// <param name="timeToLive">A positive span, or <see langword="null"/> for no expiry.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeToLive"/> is zero or negative.</exception>
    ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken);

    /// <summary>Removes one entry, and voids the lease on the key, also when there was no entry: whoever computes it meanwhile must not store it.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>Whether there was an entry.</returns>
    ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken);

    /// <summary>Removes many entries in as few round trips as the store can: for each key what <see cref="RemoveAsync"/> does.</summary>
    /// <param name="keys">The keys; may be none, thousands, and the same one twice.</param>
    /// <param name="cancellationToken">Cancels the call; some may have been removed then.</param>
    /// <returns>How many entries there were.</returns>
    ValueTask<long> RemoveManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken);

    /// <summary>Tells how long an entry still lives.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    ValueTask<StoreTimeToLive> GetTimeToLiveAsync(string key, CancellationToken cancellationToken);

    /// <summary>Changes how long an entry still lives, from now on; its value and the lease on the key stay.</summary>
    /// <param name="key">The key.</param>
    /// <param name="timeToLive">A positive span, or <see langword="null"/> for no expiry.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>Whether there was an entry.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeToLive"/> is zero or negative.</exception>
    ValueTask<bool> SetTimeToLiveAsync(string key, TimeSpan? timeToLive, CancellationToken cancellationToken);

    /// <summary>
    /// Lists the keys that begin with <paramref name="prefix"/>, in no order, in small steps that hold nothing up.
    /// An entry present from beginning to end is listed at least once; one that comes or goes meanwhile may be.
    /// </summary>
    /// <param name="prefix">Compared ordinally, code unit by code unit: no character in it has a meaning of its own, and it may end between two surrogates. Empty for every key.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <exception cref="NotSupportedException">The store cannot list its keys, ever. Removing by pattern then makes all that it holds of the partition invalid, and what is cleared takes its space until its TTL ends.</exception>
    IAsyncEnumerable<string> ScanAsync(string prefix, CancellationToken cancellationToken);
}
