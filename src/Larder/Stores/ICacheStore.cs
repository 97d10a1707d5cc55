namespace Larder.Stores;

/// <summary>
/// A place for bytes outside the memory tier: the port that every store implements.
/// </summary>
/// <remarks>
/// <para>Keys are opaque strings, compared ordinally; a store keeps every possible key and never normalizes it.
/// Values are opaque bytes; a store neither reads nor changes them. What it returns belongs to the caller and is
/// never written to again; what it is given belongs to the caller once the call has completed.</para>
/// <para>A store keeps TTL by its own means and never returns an entry whose TTL has passed, even when it is late
/// in deleting it. A TTL of <see langword="null"/> means: until removed (or evicted).</para>
/// <para>Every method may throw: the core counts, breaks the circuit and goes on without the store. A method that
/// was cancelled has either happened or not; it is never half done. All members are safe for concurrent use.</para>
/// <para>What else a store can do it says by implementing <see cref="IEpochStore"/>, <see cref="ILeasingStore"/>
/// or <see cref="ICoherentStore"/>. The core never asks what kind of store it is.</para>
/// </remarks>
public interface ICacheStore : IAsyncDisposable
{
    /// <summary>A short name for logs and metrics, such as <c>redis</c>.</summary>
    string Name { get; }

    /// <summary>Reads one entry; <see langword="null"/> when there is none.</summary>
    ValueTask<ReadOnlyMemory<byte>?> GetAsync(string key, CancellationToken cancellationToken);

    /// <summary>Reads many entries in as few round trips as the store can; the result has the order of <paramref name="keys"/>.</summary>
    ValueTask<ReadOnlyMemory<byte>?[]> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken);

    /// <summary>Writes one entry, replacing what was there together with its TTL.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The bytes; may be empty.</param>
    /// <param name="timeToLive">A positive span, or <see langword="null"/> for no expiry.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken);

    /// <summary>Removes one entry.</summary>
    /// <returns>Whether there was one.</returns>
    ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken);

    /// <summary>Removes many entries in as few round trips as the store can.</summary>
    /// <returns>How many there were.</returns>
    ValueTask<long> RemoveManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken);

    /// <summary>Tells how long an entry still lives.</summary>
    ValueTask<StoreTimeToLive> GetTimeToLiveAsync(string key, CancellationToken cancellationToken);

    /// <summary>Changes how long an entry still lives and leaves its value.</summary>
    /// <returns>Whether there was an entry.</returns>
    ValueTask<bool> SetTimeToLiveAsync(string key, TimeSpan? timeToLive, CancellationToken cancellationToken);

    /// <summary>
    /// Lists the keys that begin with <paramref name="prefix"/>, in no order, in small steps that hold nothing up.
    /// An entry present from beginning to end is listed at least once; one that comes or goes meanwhile may be.
    /// </summary>
    IAsyncEnumerable<string> ScanAsync(string prefix, CancellationToken cancellationToken);
}
