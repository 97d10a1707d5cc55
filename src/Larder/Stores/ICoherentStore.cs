namespace Larder.Stores;

/// <summary>The capability to tell every process when an entry changed, whoever changed it.</summary>
/// <remarks>
/// <para><b>Who is told what.</b> A connection is told of a key's next change after it has read the key (found or not)
/// or written it, and of an epoch's after it has read the epoch. It may be told of more.</para>
/// <para><b>What is a change:</b> a write, also through a lease; another TTL; the removal of an entry; the removal of a
/// key without an entry that voids somebody's lease; expiry; eviction. Expiry and eviction may be told late, when the
/// store comes to it: until then nobody reads the entry from the store, and who keeps a copy keeps its TTL as well.</para>
/// <para><b>Own changes</b> are not told to the connection that made them. A store that cannot tell them apart may do
/// so: the cache then reads back what it has just written, which costs and breaks nothing.</para>
/// <para><b>Order.</b> A read that begins after a change was told sees the change, or a newer one. A read that was under
/// way when the change was told may still return what was before; who keeps what was read has to look whether its key
/// was told meanwhile.</para>
/// <para><b>When nothing can be told</b> because the connection is lost, <see cref="IStoreObserver.OnConnectionLost"/> is,
/// as soon as the store knows, and <see cref="IStoreObserver.OnConnectionRestored"/> when changes are told again. What
/// changed in between is not told later.</para>
/// </remarks>
public interface ICoherentStore
{
    /// <summary>Starts telling <paramref name="observer"/>. At most one call in the life of a connection.</summary>
    /// <param name="observer">Who is told, from any thread, one notification at a time or several at once.</param>
    /// <returns>Dispose it to stop; a notification that is under way may still arrive.</returns>
    /// <exception cref="InvalidOperationException">The connection has had an observer already.</exception>
    IDisposable Observe(IStoreObserver observer);
}

/// <summary>Who is told of changes in a store. Its members return quickly, never throw, and may call the store.</summary>
public interface IStoreObserver
{
    /// <summary>An entry was written, got another TTL, was removed, expired or was evicted, or the lease on it was voided by a removal.</summary>
    /// <param name="key">The key, exactly as it was written.</param>
    void OnChanged(string key);

    /// <summary>An epoch was bumped.</summary>
    /// <param name="name">Its name.</param>
    void OnEpochChanged(string name);

    /// <summary>Changes may have been missed: nothing read before <see cref="OnConnectionRestored"/> can be trusted unverified.</summary>
    void OnConnectionLost();

    /// <summary>Changes are told again from here on. What was read before has to be read again to be known.</summary>
    void OnConnectionRestored();
}
