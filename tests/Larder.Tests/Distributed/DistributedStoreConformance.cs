using Larder.Conformance;
using Larder.Distributed;
using Larder.Stores;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;

namespace Larder.Tests.Distributed;

/// <summary>An IDistributedCache as a store does whatever the interface allows: everything but listing keys.</summary>
public abstract class DistributedStoreConformance(IDistributedCache cache) : StoreConformance
{
    private readonly ManualTimeProvider _time = new();

    protected override bool CanList => false;

    protected override ValueTask<ICacheStore> CreateStoreAsync() => new(new DistributedCacheStore(cache, _time));

    protected override Task AdvanceAsync(TimeSpan by)
    {
        _time.Advance(by);
        return Task.CompletedTask;
    }
}

/// <summary>Over Microsoft's implementation in memory, which has no buffers.</summary>
public sealed class MicrosoftDistributedStoreConformance() : DistributedStoreConformance(MicrosoftCaches.InMemory());

/// <summary>Over Larder's own, which has.</summary>
public sealed class LarderDistributedStoreConformance() : DistributedStoreConformance(Cache.Create(static o => o.MaxEntries = null).AsDistributedCache());

/// <summary>Over one whose keys are compared without case, as some databases do.</summary>
public sealed class FoldingDistributedStoreTests
{
    [Fact]
    public async Task Keys_that_are_one_to_the_other_cache_are_never_read_for_each_other()
    {
        await using var store = new DistributedCacheStore(new Folding(), TimeProvider.System);
        await store.SetAsync("Key", new byte[] { 1 }, null, default);
        await store.SetAsync("kEY", new byte[] { 2 }, null, default);

        Assert.Null(await store.GetAsync("Key", default));
        Assert.Equal([2], (await store.GetAsync("kEY", default))!.Value.ToArray());
        Assert.False(await store.SetTimeToLiveAsync("Key", TimeSpan.FromHours(1), default));
    }

    private sealed class Folding : IDistributedCache
    {
        private readonly MemoryDistributedCache _cache = MicrosoftCaches.InMemory();

        public byte[]? Get(string key) => _cache.Get(key.ToUpperInvariant());

        public Task<byte[]?> GetAsync(string key, CancellationToken token = default) => _cache.GetAsync(key.ToUpperInvariant(), token);

        public void Refresh(string key) => _cache.Refresh(key.ToUpperInvariant());

        public Task RefreshAsync(string key, CancellationToken token = default) => _cache.RefreshAsync(key.ToUpperInvariant(), token);

        public void Remove(string key) => _cache.Remove(key.ToUpperInvariant());

        public Task RemoveAsync(string key, CancellationToken token = default) => _cache.RemoveAsync(key.ToUpperInvariant(), token);

        public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => _cache.Set(key.ToUpperInvariant(), value, options);

        public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default) => _cache.SetAsync(key.ToUpperInvariant(), value, options, token);
    }
}
