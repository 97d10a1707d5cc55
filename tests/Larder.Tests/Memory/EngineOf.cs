using System.Reflection;
using System.Runtime.CompilerServices;
using Larder.Memory;
using Larder.Partitions;
using Larder.Time;

namespace Larder.Tests.Memory;

/// <summary>Engines as the tests need them.</summary>
internal static class EngineOf
{
    public static MemoryEngine<TKey, TKey, TValue> Of<TKey, TValue>(BoundedCache<TKey, TValue> cache)
        where TKey : notnull
        => Accessor<TKey, TValue>.Engine(cache);

    /// <summary>The hashes of all entries.</summary>
    public static uint[] HashesOf<TKey, TValue>(BoundedCache<TKey, TValue> cache)
        where TKey : notnull
    {
        MemoryEngine<TKey, TKey, TValue> engine = Of(cache);
        var table = (Table<TKey, TValue>)engine.GetType().GetField("_table", BindingFlags.NonPublic | BindingFlags.Instance)!.GetValue(engine)!;
        return [.. Enumerable.Range(1, table.Capacity).Where(slot => table.At(slot).IsLive).Select(slot => table.At(slot).Hash)];
    }

    public static MemoryEngine<EntryKey, EntryKeySpan, TValue> Partitioned<TValue>(EngineOptions options, EvictionPolicy eviction = EvictionPolicy.Adaptive, Action<EntryKey, TValue, RemovalCause>? removed = null) =>
        BoundedCacheEngine.Create<EntryKey, EntryKeySpan, TValue, EntryKeyComparer, DelegateListener<EntryKey, TValue>>(options, eviction, default, new(removed));

    public static MemoryEngine<EntryKey, EntryKeySpan, TValue> Partitioned<TValue>(long maxEntries) =>
        Partitioned<TValue>(new EngineOptions(new Clock(TimeProvider.System), maxEntries));

    public static Partition NewPartition(string collection = "default") => new PartitionTable("larder").Get(new PartitionId(collection, CacheScope.Global, null, null));

    private static class Accessor<TKey, TValue>
        where TKey : notnull
    {
        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_engine")]
        public static extern ref MemoryEngine<TKey, TKey, TValue> Engine(BoundedCache<TKey, TValue> cache);
    }
}
