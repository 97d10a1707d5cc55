namespace Larder.Tests.Memory;

public sealed class WeightTests
{
    public static TheoryData<EvictionPolicy> Policies => [EvictionPolicy.Adaptive, EvictionPolicy.Lru];

    [Theory]
    [MemberData(nameof(Policies))]
    public void The_largest_weights_there_are_neither_overflow_nor_get_past_the_bound(EvictionPolicy eviction)
    {
        var cache = new BoundedCache<int, long>(new() { MaxBytes = long.MaxValue, Weigher = static (_, value) => value, Eviction = eviction });
        Assert.True(cache.Set(1, long.MaxValue));
        Assert.Equal(long.MaxValue, cache.Bytes);
        Assert.True(cache.Set(2, long.MaxValue));
        Assert.Equal((1, long.MaxValue), (cache.Count, cache.Bytes));
        Assert.True(cache.Set(2, long.MaxValue - 1));
        Assert.True(cache.Set(3, 1));
        Assert.Equal((2, long.MaxValue), (cache.Count, cache.Bytes));
        Assert.True(cache.Set(3, 2));
        Assert.Equal((1, 2), (cache.Count, cache.Bytes));
        EngineInvariants.Check(EngineOf.Of(cache));
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void Without_a_bound_on_them_weights_are_summed_as_far_as_a_sum_goes(EvictionPolicy eviction)
    {
        var cache = new BoundedCache<int, long>(new() { MaxEntries = 10, Weigher = static (_, value) => value, Eviction = eviction });
        for (int key = 0; key < 5; key++)
            cache.Set(key, 7);
        Assert.Equal((5, 35), (cache.Count, cache.Bytes));

        cache.Set(5, long.MaxValue);
        cache.Set(6, long.MaxValue);
        Assert.Equal((1, long.MaxValue), (cache.Count, cache.Bytes));
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void Entries_that_weigh_nothing_are_bound_by_their_number_alone(EvictionPolicy eviction)
    {
        var cache = new BoundedCache<int, long>(new() { MaxEntries = 50, MaxBytes = 1, Weigher = static (_, value) => value, Eviction = eviction });
        for (int key = 0; key < 500; key++)
            Assert.True(cache.Set(key, 0));
        Assert.Equal((50, 0), (cache.Count, cache.Bytes));

        Assert.True(cache.Set(1_000, 1));
        Assert.True(cache.Set(1_001, 1));
        // Which of them make room is the policy's choice: exact LRU takes the oldest, whatever they weigh.
        Assert.InRange(cache.Count, 1, 50);
        Assert.Equal(1, cache.Bytes);
        Assert.False(cache.Set(1_001, 2));
        Assert.Equal(0, cache.Bytes);
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void A_weight_that_changes_with_the_value_is_counted_as_it_is_now(EvictionPolicy eviction)
    {
        var cache = new BoundedCache<int, long>(new() { MaxBytes = 100, Weigher = static (_, value) => value, Eviction = eviction });
        cache.Set(1, 60);
        cache.Set(2, 30);
        cache.Set(1, 10);
        Assert.Equal((2, 40), (cache.Count, cache.Bytes));
        Assert.True(cache.TryUpdate(1, 70, 10));
        Assert.Equal((2, 100), (cache.Count, cache.Bytes));
        Assert.True(cache.TryUpdate(1, 71, 70));
        Assert.Equal((1, 71), (cache.Count, cache.Bytes));
        Assert.True(cache.Remove(1));
        Assert.Equal((0, 0), (cache.Count, cache.Bytes));
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void The_smallest_caches_keep_what_was_written_last(EvictionPolicy eviction)
    {
        foreach (int bound in new[] { 1, 2 })
        {
            var cache = new BoundedCache<int, int>(new() { MaxEntries = bound, Eviction = eviction });
            for (int i = 0; i < 1_000; i++)
            {
                int key = i * 7 % 13;
                cache.Set(key, i);
                Assert.True(cache.TryGet(key, out int value));
                Assert.Equal(i, value);
                Assert.InRange(cache.Count, 1, bound);
            }

            EngineInvariants.Check(EngineOf.Of(cache));
        }
    }

    [Fact]
    public void The_largest_bound_costs_nothing_until_it_is_used()
    {
        var cache = new BoundedCache<int, int>(Array.MaxLength - 1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        cache = new BoundedCache<int, int>(Array.MaxLength - 1);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 100_000);
        for (int i = 0; i < 1_000; i++)
            cache.Set(i, i);
        Assert.Equal(1_000, cache.Count);
        Assert.Contains($"MaxEntries is {int.MaxValue}", Assert.Throws<ArgumentException>(() => new BoundedCache<int, int>(int.MaxValue)).Message);
        Assert.Contains($"MaxEntries is {long.MaxValue}", Assert.Throws<ArgumentException>(() => new BoundedCache<int, int>(long.MaxValue)).Message);
    }
}
