using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Larder.Keys;
using Larder.Time;

namespace Larder.Memory;

/// <summary>
/// The engine. Reads take no lock: they walk a bucket's chain of slots and validate what they read by the slot's
/// version. Writes take one gate, under which the table, the policy, the counts and the bounds agree.
/// </summary>
/// <remarks>
/// <para>Invariants, at every moment the gate is free: the live slots are those in the table's chains, and those the
/// policy knows, each once; their number is <c>_count</c>, at most the bound; their sizes add up to <c>_bytes</c>, at
/// most the bound; every other slot up to <c>_used</c> is in the free list, and holds no key and no value. Room is made
/// before an entry is written, so the bounds hold while the gate is taken, too.</para>
/// <para>Everything that costs is a struct in a type parameter, so that the JIT sees through it: the comparer of keys,
/// the eviction policy and the removal listener.</para>
/// </remarks>
internal sealed partial class MemoryEngine<TKey, TLookup, TValue, TComparer, TPolicy, TListener> : MemoryEngine<TKey, TLookup, TValue>
    where TKey : notnull
    where TLookup : allows ref struct
    where TComparer : struct, ILookupComparer<TKey, TKey>, ILookupComparer<TLookup, TKey>
    where TPolicy : struct, IEvictionPolicy
    where TListener : struct, IRemovalListener<TKey, TValue>
{
    private const int InitialCapacity = 16;

    private readonly Gate _gate = new();
    private readonly bool _tracksSizes;
    private readonly TComparer _comparer;

    // Written under the gate. The policy's marks are written by hits, too (IEvictionPolicy.OnHit).
    [SuppressMessage("Style", "IDE0044:Add readonly modifier", Justification = "A mutable struct: through a read-only field every call would work on a copy.")]
    private TPolicy _policy;

    private TListener _listener;
    private int _maxEntries;
    private long _maxBytes;
    private long[] _sizes = [];
    private int _free;
    private int _used;
    private int _count;
    private long _bytes;
    private long _evictions;
    private long _expirations;

    // Counted outside the gate, interlocked.
    private long _listenerFailures;

    public MemoryEngine(EngineOptions options, TComparer comparer, TPolicy policy, TListener listener)
        : base(options.Clock, new Table<TKey, TValue>((int)Math.Min(InitialCapacity, options.MaxEntries)))
    {
        _maxEntries = (int)Math.Min(options.MaxEntries, Array.MaxLength - 1);
        _maxBytes = options.MaxBytes ?? long.MaxValue;
        _tracksSizes = options.TrackSizes || options.MaxBytes is not null;
        _comparer = comparer;
        _policy = policy;
        _listener = listener;
        ResizeTo(_table.Capacity);
    }

    public override long Count => Volatile.Read(ref _count);

    public override long Bytes => Volatile.Read(ref _bytes);

    public override EngineStatistics Statistics => new(
        _accesses.Hits,
        _accesses.Misses,
        Volatile.Read(ref _evictions),
        Volatile.Read(ref _expirations),
        Volatile.Read(ref _listenerFailures));

    /// <summary>Whether values are written in one go, so that one can change in place while it is read.</summary>
    private static bool ValueIsAtomic
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => !typeof(TValue).IsValueType
            || ((typeof(TValue).IsPrimitive || typeof(TValue).IsEnum) && Unsafe.SizeOf<TValue>() <= IntPtr.Size);
    }

    // Whether somebody else's code may run under the gate: how keys compare, and values of value types.
    private static bool RunsOthersCode
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TComparer.RunsOthersCode || (typeof(TValue).IsValueType && !typeof(TValue).IsPrimitive && !typeof(TValue).IsEnum);
    }

    public override void Clear()
    {
        var removals = default(RemovalBatch<TKey, TValue>);
        using (Enter())
        {
            Table<TKey, TValue> old = _table;
            long now = _clock.Now;
            for (int slot = 1; slot <= _used; slot++)
            {
                ref Slot<TKey, TValue> entry = ref old.At(slot);
                if (!entry.IsLive)
                    continue;
                bool fresh = entry.IsFresh(now);
                _expirations += fresh ? 0 : 1;
                Collect(entry.Key, entry.Value, fresh ? RemovalCause.Removed : RemovalCause.Expired, ref removals);
            }

            Volatile.Write(ref _table, new Table<TKey, TValue>(Math.Min(InitialCapacity, _maxEntries)));
            old.Retire(_used);
            _policy.Clear();
            _free = 0;
            _used = 0;
            _sizes = [];
            _regionExpiry = [];
            Volatile.Write(ref _count, 0);
            Volatile.Write(ref _bytes, 0);
            ResizeTo(_table.Capacity);
        }

        Tell(ref removals);
    }

    public override void SetBounds(long maxEntries, long? maxBytes)
    {
        int entries = (int)Math.Min(maxEntries, Array.MaxLength - 1);
        long bytes = maxBytes ?? long.MaxValue;
        bool more = true;
        while (more)
        {
            var removals = default(RemovalBatch<TKey, TValue>);
            using (Enter())
            {
                for (int step = 0; step < RemovalsPerStep && (_count > entries || _bytes > bytes); step++)
                    EvictOne(ref removals);
                // In between two steps what there is is the bound: a writer makes room for what it writes, not for all the rest.
                _maxEntries = Math.Max(entries, _count);
                _maxBytes = Math.Max(bytes, _bytes);
                _policy.SetBound(Math.Max(maxEntries, _count));
                more = _maxEntries > entries || _maxBytes > bytes;
            }

            Tell(ref removals);
        }
    }

    // Under the gate: everything that is indexed by slot gets the table's size. Before a larger table can be seen: when
    // there is no memory for all of it, the smaller one goes on.
    private void ResizeTo(int capacity)
    {
        _policy.Resize(capacity);
        if (_tracksSizes)
            Array.Resize(ref _sizes, capacity + 1);
        Array.Resize(ref _regionExpiry, (capacity >> RegionShift) + 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Gate.Scope Enter() => RunsOthersCode ? _gate.EnterAs(Environment.CurrentManagedThreadId) : _gate.Enter();

    private void Tell(ref RemovalBatch<TKey, TValue> removals)
    {
        if (removals.Count == 0)
            return;
        int failures = removals.Tell(ref _listener);
        if (failures != 0)
            Interlocked.Add(ref _listenerFailures, failures);
    }
}
