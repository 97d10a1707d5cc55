using Larder.Memory;
using Larder.Partitions;
using Larder.Time;

namespace Larder.Tests.Memory;

public sealed class PartitionedEngineTests
{
    private readonly Partition _one = EngineOf.NewPartition();
    private readonly Partition _two = EngineOf.NewPartition();

    [Fact]
    public void A_span_finds_the_entry_of_its_partition_and_only_that()
    {
        MemoryEngine<EntryKey, EntryKeySpan, string> engine = EngineOf.Partitioned<string>(1000);
        foreach (string key in new[] { "", "k", "key", "user:42", new string('x', 15), new string('y', 16), new string('z', 17), new string('w', 333) })
        {
            engine.Set(new EntryKey(_one, key), "1" + key, Clock.Never, 0);

            Assert.True(engine.TryGetUnchecked(new EntryKeySpan(_one, ("_" + key).AsSpan(1)), out string value));
            Assert.Equal("1" + key, value);
            Assert.False(engine.TryGetUnchecked(new EntryKeySpan(_two, key), out _));

            engine.Set(new EntryKey(_two, key), "2" + key, Clock.Never, 0);
            Assert.True(engine.TryPeek(new EntryKeySpan(_two, key), out value, out _));
            Assert.Equal("2" + key, value);
            Assert.True(engine.TryPeek(new EntryKeySpan(_one, key), out value, out _));
            Assert.Equal("1" + key, value);
        }

        Assert.Equal(0, engine.Statistics.Hits + engine.Statistics.Misses);
    }

    [Fact]
    public void Unchecked_look_ups_see_expired_entries()
    {
        var time = new ManualTimeProvider();
        var clock = new Clock(time);
        MemoryEngine<EntryKey, EntryKeySpan, string> engine = EngineOf.Partitioned<string>(new EngineOptions(clock, 100));
        engine.Set(new EntryKey(_one, "k"), "v", clock.After(TimeSpan.FromSeconds(1)), 0);
        time.Advance(TimeSpan.FromSeconds(2));

        Assert.True(engine.TryGetUnchecked(new EntryKeySpan(_one, "k"), out string value));
        Assert.Equal("v", value);
        Assert.False(engine.TryGet(new EntryKeySpan(_one, "k"), out _));
    }

    [Fact]
    public void Expiry_changes_only_for_the_expected_value()
    {
        MemoryEngine<EntryKey, EntryKeySpan, object> engine = EngineOf.Partitioned<object>(100);
        var key = new EntryKey(_one, "k");
        object first = new(), second = new();
        engine.Set(key, first, 1_000_000, 0);

        Assert.False(engine.SetExpiry(key, second, 5_000_000));
        Assert.True(engine.SetExpiry(key, first, 9_000_000));
        Assert.True(engine.TryPeek(new EntryKeySpan(_one, "k"), out _, out long expires));
        Assert.Equal(9_000_000, expires);
        Assert.False(engine.TryRemove(key, second));
        Assert.True(engine.TryRemove(key, first));
    }

    [Fact]
    public void Sizes_are_tracked_and_bound()
    {
        MemoryEngine<EntryKey, EntryKeySpan, string> engine = EngineOf.Partitioned<string>(new EngineOptions(new Clock(TimeProvider.System), long.MaxValue, MaxBytes: 100));
        for (int i = 0; i < 50; i++)
        {
            Assert.True(engine.Set(new EntryKey(_one, $"{i}"), "v", Clock.Never, 10));
            Assert.InRange(engine.Bytes, 10, 100);
        }

        Assert.Equal(10, engine.Count);
        Assert.False(engine.Set(new EntryKey(_one, "large"), "v", Clock.Never, 101));
    }

    [Fact]
    public void A_sweep_removes_what_is_chosen_within_its_budget()
    {
        var removed = new List<(string, RemovalCause)>();
        MemoryEngine<EntryKey, EntryKeySpan, string> engine = EngineOf.Partitioned<string>(
            new EngineOptions(new Clock(TimeProvider.System), 1000), EvictionPolicy.Adaptive, (key, _, cause) => removed.Add((key.Key, cause)));
        for (int i = 0; i < 500; i++)
            engine.Set(new EntryKey(i % 2 == 0 ? _one : _two, $"{i}"), "v", Clock.Never, 0);

        SweepResult first = engine.Sweep(_one, static (partition, key, _) => ReferenceEquals(key.Partition, partition), budget: 100);
        Assert.Equal(new SweepResult(50, Wrapped: false), first);
        SweepResult result;
        int total = first.Removed;
        do
        {
            result = engine.Sweep(_one, static (partition, key, _) => ReferenceEquals(key.Partition, partition), budget: 100);
            total += result.Removed;
        }
        while (!result.Wrapped);

        Assert.Equal(250, total);
        Assert.Equal(250, removed.Count);
        Assert.All(engine.Entries(), e => Assert.Same(_two, e.Key.Partition));
    }

    [Fact]
    public void Coldest_first_lists_every_entry_once()
    {
        MemoryEngine<EntryKey, EntryKeySpan, string> engine = EngineOf.Partitioned<string>(100);
        for (int i = 0; i < 1000; i++)
        {
            engine.Set(new EntryKey(_one, $"{i}"), "v", Clock.Never, 0);
            engine.TryGetUnchecked(new EntryKeySpan(_one, $"{i / 2}"), out _);
        }

        Assert.Equal(engine.Entries().Select(e => e.Key.Key).Order(), engine.ColdestFirst().Select(e => e.Key.Key).Order());
        Assert.Equal(100, engine.ColdestFirst().Count());
    }
}
