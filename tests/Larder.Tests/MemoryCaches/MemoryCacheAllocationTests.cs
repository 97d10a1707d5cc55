using Microsoft.Extensions.Caching.Memory;

namespace Larder.Tests.MemoryCaches;

/// <summary>A hit allocates nothing.</summary>
[Collection(AllocationsCollection.Name)]
public sealed class MemoryCacheAllocationTests : IDisposable
{
    private readonly IMemoryCache _cache = new LarderMemoryCache();

    public MemoryCacheAllocationTests()
    {
        _cache.Set("plain", "value", TimeSpan.FromHours(1));
        _cache.Set("slides", "value", new MemoryCacheEntryOptions { SlidingExpiration = TimeSpan.FromHours(1) });
        _cache.Set("pinned", "value", new MemoryCacheEntryOptions { Priority = CacheItemPriority.NeverRemove });
    }

    public void Dispose() => _cache.Dispose();

    [Theory]
    [InlineData("plain")]
    [InlineData("slides")]
    [InlineData("pinned")]
    public void Of_any_entry(string key) => Allocations.AssertNone(() =>
    {
        if (!_cache.TryGetValue(key, out object? _))
            throw new InvalidOperationException("It should be there.");
    });
}
