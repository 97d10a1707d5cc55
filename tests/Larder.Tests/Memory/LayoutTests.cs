using System.Runtime.CompilerServices;
using Larder.Memory;

namespace Larder.Tests.Memory;

/// <summary>What an entry costs, as docs/memory-engine.md has it.</summary>
[Collection(AllocationsCollection.Name)]
public sealed class LayoutTests
{
    [Fact]
    public void A_slot_of_a_number_and_a_reference_is_half_a_cache_line()
    {
        Assert.Equal(32, Unsafe.SizeOf<Slot<int, object>>());
        Assert.Equal(40, Unsafe.SizeOf<Slot<string, object>>());
    }

    [Theory]
    [InlineData(EvictionPolicy.Adaptive, 64.5)]
    [InlineData(EvictionPolicy.Lru, 48.5)]
    public void A_million_entries_cost_what_is_said(EvictionPolicy eviction, double bytes)
    {
        const int Entries = 1_000_000;
        object value = new();
        // What other tests have left to finalizers would go in between, and make the entries look smaller.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long before = GC.GetTotalMemory(forceFullCollection: true);
        var cache = new BoundedCache<int, object>(new() { MaxEntries = Entries, Eviction = eviction, DefaultTtl = TimeSpan.FromHours(1) });
        // The ghost is made when the first has to go.
        for (int key = 0; key <= Entries; key++)
            cache.Set(key, value);
        long after = GC.GetTotalMemory(forceFullCollection: true);

        Assert.Equal(Entries, cache.Count);
        Assert.InRange((double)(after - before) / Entries, bytes - 1, bytes + 1);
    }
}
