#pragma warning disable
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Larder.Diagnostics;
using Larder.Partitions;
using Larder.Time;

namespace Larder.Entries;

internal sealed class MemoryTier(CacheOptions options, Clock clock, CacheTelemetry telemetry, CacheEvents events)
{
    private readonly ConcurrentDictionary<EntryKey, CacheEntry> _d = new(EntryKeyEquality.Instance);
    public long Count => _d.Count;
    public long Bytes => 0;
    public bool TryGet(Partition p, ReadOnlySpan<char> key, [NotNullWhen(true)] out CacheEntry? e) => _d.TryGetValue(new EntryKey(p, key.ToString()), out e);
    public bool TryPeek(in EntryKey key, [NotNullWhen(true)] out CacheEntry? e) => _d.TryGetValue(key, out e);
    public bool Set(in EntryKey key, CacheEntry e) { _d[key] = e; return true; }
    public CacheEntry? Remove(in EntryKey key) { _d.TryRemove(key, out var e); return e; }
    public void Remove(in EntryKey key, CacheEntry e, RemovalCause cause) => _d.TryRemove(new KeyValuePair<EntryKey, CacheEntry>(key, e));
    public void SetExpiry(in EntryKey key, CacheEntry e) { }
    public IEnumerable<KeyValuePair<EntryKey, CacheEntry>> Entries() => _d;
    public IEnumerable<KeyValuePair<EntryKey, CacheEntry>> ColdestFirst() => _d;
    public void ReclaimExpired() { }
    public long? SweepCleared(EpochClock e) => null;
    public void FlushRemovals() { }
}
