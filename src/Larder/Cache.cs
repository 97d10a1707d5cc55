using Larder.Diagnostics;
using Larder.Partitions;

namespace Larder;

/// <summary>
/// A cache, or a handle of one of its collections and scopes: the same thing seen from another partition.
/// </summary>
/// <example>
/// <code>
/// await using var cache = Cache.Create();
/// User user = await cache.GetOrSetAsync($"user:{id}", ct => db.LoadUserAsync(id, ct), ttl: TimeSpan.FromMinutes(5));
/// </code>
/// </example>
/// <remarks>
/// <para><see cref="Create(Action{CacheOptions}?)"/> makes a cache; whoever made it disposes it. Handles
/// (<see cref="Collection"/>, <see cref="For(UserContext, CacheScope)"/>) are cheap, need no disposal, and live as
/// long as the cache.</para>
/// <para>All members are safe for concurrent use.</para>
/// </remarks>
public sealed partial class Cache : ICache, IDisposable, IAsyncDisposable
{
    /// <summary>The name of the collection that a cache itself is the handle of.</summary>
    public const string DefaultCollection = "default";

    private readonly CacheCore _core;
    private readonly Partition _partition;
    private readonly Coverage _coverage;

    private Cache(CacheCore core, Partition partition, Coverage coverage)
    {
        _core = core;
        _partition = partition;
        _coverage = coverage;
    }

    /// <summary>What clearing a handle clears.</summary>
    private enum Coverage
    {
        Everything,
        Collection,
        Partition,
    }

    /// <inheritdoc/>
    public string Name => _core.Options.Name;

    /// <inheritdoc/>
    public CacheStatistics Statistics => _core.Statistics;

    /// <inheritdoc/>
    public CacheEvents Events => _core.Events;

    /// <summary>Makes a cache.</summary>
    /// <param name="configure">Changes the defaults: memory only, at most 100,000 entries, a TTL of 5 minutes.</param>
    /// <exception cref="ArgumentException">An option is out of its range; the message names every one that is.</exception>
    public static Cache Create(Action<CacheOptions>? configure = null)
    {
        var options = new CacheOptions();
        configure?.Invoke(options);
        return Create(options);
    }

    /// <summary>Makes a cache.</summary>
    /// <param name="options">How it behaves; copied, so that later changes change nothing.</param>
    /// <exception cref="ArgumentException">An option is out of its range; the message names every one that is.</exception>
    public static Cache Create(CacheOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var core = new CacheCore(options);
        return new Cache(core, core.Partitions.Get(new PartitionId(DefaultCollection, CacheScope.Global, null, null)), Coverage.Everything);
    }

    /// <inheritdoc cref="ICache.Collection"/>
    public Cache Collection(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new Cache(_core, _core.Partitions.Get(new PartitionId(name, CacheScope.Global, null, null)), Coverage.Collection);
    }

    /// <inheritdoc cref="ICache.For(UserContext, CacheScope)"/>
    public Cache For(UserContext context, CacheScope scope = CacheScope.User)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new Cache(_core, _core.Partitions.Get(PartitionId.Of(_partition.Collection, scope, context)), Coverage.Partition);
    }

    /// <inheritdoc cref="ICache.For(CacheScope)"/>
    public Cache For(CacheScope scope)
    {
        if (scope != CacheScope.Global && UserContext.Current is null)
            throw new InvalidOperationException($"The scope {scope} needs a user context, and none is ambient. Set one with UserContext.Use, or pass it to For.");
        return new Cache(_core, _core.Partitions.Get(PartitionId.Of(_partition.Collection, scope, UserContext.Current)), Coverage.Partition);
    }

    /// <summary>What the handles of this cache share.</summary>
    internal CacheCore Core => _core;

    ICache ICache.Collection(string name) => Collection(name);

    ICache ICache.For(UserContext context, CacheScope scope) => For(context, scope);

    ICache ICache.For(CacheScope scope) => For(scope);

    /// <summary>Saves the snapshot now, and returns when it would survive a crash.</summary>
    /// <exception cref="InvalidOperationException">The cache has no snapshot (<see cref="CacheOptions.PersistTo"/>).</exception>
    /// <exception cref="IOException">The file could not be written; the one from before is still there.</exception>
    public ValueTask SaveAsync(CancellationToken cancellationToken = default) => _core.SaveAsync(cancellationToken);

    /// <inheritdoc cref="SaveAsync"/>
    public void Save() => Wait(SaveAsync());

    /// <summary>Ends the cache: saves its snapshot, gives writes under way their time, cancels factories. On a handle it does nothing.</summary>
    public ValueTask DisposeAsync() => _coverage == Coverage.Everything ? _core.DisposeAsync() : ValueTask.CompletedTask;

    /// <inheritdoc cref="DisposeAsync"/>
    public void Dispose()
    {
        Wait(DisposeAsync());
    }
}
