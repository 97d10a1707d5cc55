using Microsoft.Extensions.Caching.Hybrid;

namespace Larder.Tests.Hybrid;

/// <summary>A hit allocates nothing.</summary>
[Collection(AllocationsCollection.Name)]
public sealed class HybridAllocationTests : IAsyncDisposable
{
    private static readonly HybridCacheEntryOptions Options = new() { Expiration = TimeSpan.FromHours(1), Flags = HybridCacheEntryFlags.DisableDistributedCache };

    private readonly Cache _cache = Cache.Create();
    private readonly HybridCache _hybrid;
    private readonly int _id = 7;

    public HybridAllocationTests()
    {
        _hybrid = _cache.AsHybridCache();
        _cache.Collection("hybrid").Set("user:7", "value");
        _cache.Collection("hybrid").Set("number", 7);
    }

    public ValueTask DisposeAsync() => _cache.DisposeAsync();

    [Fact]
    public void With_a_static_factory() => Allocations.AssertNone(() => Completed(_hybrid.GetOrCreateAsync("user:7", static _ => new ValueTask<string>(""))));

    [Fact]
    public void With_state() => Allocations.AssertNone(() => Completed(_hybrid.GetOrCreateAsync("user:7", this, static (self, _) => new ValueTask<string>(self._id.ToString()))));

    [Fact]
    public void With_options_of_a_value_type() => Allocations.AssertNone(() => Completed(_hybrid.GetOrCreateAsync("number", this, static (self, _) => new ValueTask<int>(self._id), Options)));

    [Fact]
    public void By_an_interpolated_key() => Allocations.AssertNone(() => Completed(_hybrid.GetOrCreateAsync($"user:{_id}", static _ => new ValueTask<string>(""))));

    private static void Completed<T>(ValueTask<T> task)
    {
        if (!task.IsCompletedSuccessfully)
            throw new InvalidOperationException("A hit completes at once.");
        _ = task.Result;
    }
}
