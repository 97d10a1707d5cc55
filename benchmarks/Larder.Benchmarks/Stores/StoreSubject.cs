using Larder.Stores;

namespace Larder.Benchmarks.Stores;

/// <summary>One store of <c>./bench stores</c>, with a server that it starts, and what somebody would write by hand in its place.</summary>
/// <remarks>A subject is one file, and one line in <see cref="StoresBenchmark"/>.</remarks>
internal abstract class StoreSubject : IAsyncDisposable
{
    public abstract string Name { get; }

    /// <summary>What the raw client does.</summary>
    public abstract string About { get; }

    /// <summary>Starts what the store needs. Throws where that is not on this machine.</summary>
    public abstract Task StartAsync();

    /// <summary>Makes another store on the same data.</summary>
    public abstract ICacheStore Connect();

    /// <summary>Makes another client by hand, with a connection of its own.</summary>
    public abstract Task<IRawClient> ConnectRawAsync();

    public abstract ValueTask DisposeAsync();
}

/// <summary>What the store does, done by hand: prepared, on one connection that stays open, by one caller at a time.</summary>
internal interface IRawClient : IAsyncDisposable
{
    ValueTask<byte[]?> GetAsync(string key);

    ValueTask SetAsync(string key, byte[] value);

    /// <returns>How many there were.</returns>
    ValueTask<int> GetManyAsync(string[] keys);
}
