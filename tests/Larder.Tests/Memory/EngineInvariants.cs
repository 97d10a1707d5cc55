using System.Reflection;
using Larder.Memory;
using Larder.Time;

namespace Larder.Tests.Memory;

/// <summary>The invariants of docs/memory-engine.md, looked up in an engine that is at rest.</summary>
internal static class EngineInvariants
{
    public static void Check<TKey, TLookup, TValue>(MemoryEngine<TKey, TLookup, TValue> engine)
        where TKey : notnull
        where TLookup : allows ref struct
    {
        var table = Field<Table<TKey, TValue>>("_table");
        int used = Field<int>("_used");
        long[] sizes = Field<long[]>("_sizes");
        long[] regions = Field<long[]>("_regionExpiry");
        Assert.InRange(used, 0, table.Capacity);

        // 1. The live slots are those in the chains, and those the policy knows, each once.
        int[] live = [.. Enumerable.Range(1, used).Where(slot => table.At(slot).IsLive)];
        var chained = new HashSet<int>();
        foreach (int slot in live)
        {
            int link = table.Bucket(table.At(slot).Hash);
            for (int walked = 0; link != 0 && link != slot; link = table.At(link).Next, walked++)
                Assert.InRange(walked, 0, used);
            Assert.True(link == slot, $"Slot {slot} is live and in no chain.");
            Assert.True(chained.Add(slot));
        }

        int inChains = 0;
        var buckets = new HashSet<uint>();
        foreach (int slot in live)
        {
            // Every chain once: walking it meets live slots only.
            int first = table.Bucket(table.At(slot).Hash);
            if (!buckets.Add((uint)first))
                continue;
            for (int link = first; link != 0; link = table.At(link).Next, inChains++)
                Assert.True(table.At(link).IsLive, $"Slot {link} is in a chain and not live.");
        }

        Assert.Equal(live.Length, inChains);
        int[] known = new int[live.Length];
        Assert.Equal(live.Length, ((IEvictionPolicy)Field<object>("_policy")).CopyOrder(known));
        Assert.Equal(live, known.Order());

        // 2. Count and bytes, and their bounds.
        Assert.Equal(live.Length, engine.Count);
        Assert.InRange(engine.Count, 0, Field<int>("_maxEntries"));
        Assert.Equal(sizes.Length == 0 ? 0 : live.Sum(slot => sizes[slot]), engine.Bytes);
        Assert.InRange(engine.Bytes, 0, Field<long>("_maxBytes"));

        // 3. Every other slot that was used is in the free list, without key and value.
        var free = new HashSet<int>();
        for (int slot = Field<int>("_free"); slot != 0; slot = table.At(slot).Next)
        {
            Assert.True(free.Add(slot), "The free list runs in a circle.");
            Assert.False(table.At(slot).IsLive);
            Assert.Equal(default, table.At(slot).Key);
            Assert.Equal(default, table.At(slot).Value);
        }

        Assert.Equal(Enumerable.Range(1, used).Except(live), free.Order());

        // 4. A region's noted expiry is at most the earliest expiry in it.
        foreach (int slot in live)
        {
            long expires = table.At(slot).Expires;
            if (expires != Clock.Never)
                Assert.InRange(regions[slot / 64], 1, Math.Max(1, expires));
        }

        TField Field<TField>(string name) => (TField)engine.GetType().GetField(name, BindingFlags.NonPublic | BindingFlags.Instance)!.GetValue(engine)!;
    }
}
