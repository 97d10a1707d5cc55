namespace Larder.Stores;

/// <summary>The capability to tell every process when an entry changed, whoever changed it.</summary>
public interface ICoherentStore
{
    /// <summary>Starts telling <paramref name="observer"/>. At most one call per store instance.</summary>
    /// <returns>Dispose it to stop.</returns>
    IDisposable Observe(IStoreObserver observer);
}

/// <summary>Who is told of changes in a store. Its members return quickly and never throw.</summary>
public interface IStoreObserver
{
    /// <summary>An entry was written, removed, expired or evicted, or the lease on it was voided by a removal. May also be told to the process that did it.</summary>
    void OnChanged(string key);

    /// <summary>An epoch was bumped.</summary>
    void OnEpochChanged(string name);

    /// <summary>Changes may have been missed: nothing read before this instant can be trusted unverified.</summary>
    void OnConnectionLost();

    /// <summary>Changes are told again from here on.</summary>
    void OnConnectionRestored();
}
