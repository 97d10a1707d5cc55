using System.Collections.Immutable;
using System.Security.Cryptography;
using Larder.Time;

namespace Larder.Stores;

/// <summary>The data behind the connections of an <see cref="InMemoryStore"/>: the "server".</summary>
/// <remarks>
/// <para>Every operation is one critical section, and begins it by dropping whatever is due: nothing that has
/// expired is ever seen, however late the timer is. Observers are told outside the lock, because they may take
/// locks of their own, and before the operation returns.</para>
/// <para>Invariants, under the gate: <c>_entries</c>, <c>_keys</c> and <c>_byUse</c> hold the same entries;
/// <c>_mortal</c> holds exactly those entries and leases that have a deadline; <c>_bytes</c> is the sum of the
/// entries' sizes; the timer is set for the first deadline. An entry's value is never written to.</para>
/// </remarks>
internal sealed class InMemoryTable
{
    /// <summary>How many keys one step of a scan lists.</summary>
    private const int ScanStep = 128;

    // Timers take no more than 49 days; one that comes too early sets itself again.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly InMemoryStoreOptions _options;
    private readonly Clock _clock;
    private readonly ITimer _timer;

    // Protects all fields below but the observers.
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _keys = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _byUse = new();
    private readonly SortedSet<Mortal> _mortal = new(Mortal.FirstToDie);
    private readonly Dictionary<string, Lease> _leases = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _epochs = new(StringComparer.Ordinal);
    private long _epoch;
    private long _bytes;
    private long _sequence;

    private ImmutableArray<IStoreObserver> _observers = [];

    public InMemoryTable(InMemoryStoreOptions options)
    {
        _options = options;
        _clock = new Clock(options.TimeProvider);
        _timer = options.TimeProvider.CreateTimer(static table => ((InMemoryTable)table!).Change(static (_, _) => true), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void AddObserver(IStoreObserver observer) => ImmutableInterlocked.Update(ref _observers, static (all, one) => all.Add(one), observer);

    public void RemoveObserver(IStoreObserver observer) => ImmutableInterlocked.Update(ref _observers, static (all, one) => all.Remove(one), observer);

    public ReadOnlyMemory<byte>? Get(string key) => Change<ReadOnlyMemory<byte>?>((_, _) =>
    {
        if (!_entries.TryGetValue(key, out Entry? entry))
            return null;
        _byUse.Remove(entry.Use);
        _byUse.AddLast(entry.Use);
        return entry.Value;
    });

    /// <summary>Writes an entry, if <paramref name="lease"/> is null or still stands.</summary>
    public bool Set(IStoreObserver? writer, string key, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, string? lease = null)
    {
        byte[] copy = value.ToArray();
        return Change((now, changed) =>
        {
            if (lease is not null && !Stands(key, lease))
                return false;
            EndLease(key);
            Drop(key);
            Add(new Entry(key, copy, Deadline(now, timeToLive), _sequence++));
            changed.Own = key;
            Evict(changed);
            return true;
        }, writer);
    }

    public bool Remove(IStoreObserver? writer, string key) => Change((_, changed) =>
    {
        // Whoever computes the entry under a lease that ends here has to know, even though there was nothing yet.
        bool computing = EndLease(key);
        bool existed = Drop(key);
        if (existed || computing)
            changed.Own = key;
        return existed;
    }, writer);

    public StoreTimeToLive GetTimeToLive(string key) => Change((now, _) =>
        !_entries.TryGetValue(key, out Entry? entry) ? StoreTimeToLive.Missing
        : entry.Deadline == Clock.Never ? StoreTimeToLive.Infinite
        : new StoreTimeToLive(Exists: true, TimeSpan.FromMilliseconds(entry.Deadline - now)));

    public bool SetTimeToLive(IStoreObserver? writer, string key, TimeSpan? timeToLive) => Change((now, changed) =>
    {
        if (!_entries.TryGetValue(key, out Entry? entry))
            return false;
        Schedule(entry, Deadline(now, timeToLive));
        changed.Own = key;
        return true;
    }, writer);

    /// <summary>The next keys with the prefix after <paramref name="last"/>, in ordinal order; none at the end.</summary>
    public List<string> KeysAfter(string? last, string prefix) => Change((_, _) =>
    {
        // In ordinal order the keys that begin with a prefix are neighbours, and nothing comes between a key and
        // the same key with a NUL behind it.
        string from = last is null ? prefix : last + '\0';
        if (_keys.Max is not { } end || string.CompareOrdinal(from, end) > 0)
            return [];
        return _keys.GetViewBetween(from, end)
            .TakeWhile(key => key.StartsWith(prefix, StringComparison.Ordinal))
            .Take(ScanStep)
            .ToList();
    });

    public StoreEpochs GetEpochs(IReadOnlyList<string> names) =>
        Change((_, _) => new StoreEpochs(_epoch, names.Select(name => _epochs.GetValueOrDefault(name)).ToArray()));

    public long BumpEpoch(IStoreObserver? writer, string name)
    {
        long epoch = Change((_, _) => _epochs[name] = ++_epoch);
        foreach (IStoreObserver observer in Others(writer))
            observer.OnEpochChanged(name);
        return epoch;
    }

    public string? TryAcquireLease(string key, TimeSpan duration) => Change((now, _) =>
    {
        if (_leases.ContainsKey(key))
            return null;
        var lease = new Lease(key, RandomNumberGenerator.GetHexString(32), _sequence++);
        _leases.Add(key, lease);
        Schedule(lease, Deadline(now, duration));
        return lease.Token;
    });

    public bool ReleaseLease(string key, string token) => Change((_, _) => Stands(key, token) && EndLease(key));

    /// <summary>Completes when the lease that stands now has ended; has completed when none stands.</summary>
    public Task LeaseEnded(string key) =>
        Change((_, _) => _leases.TryGetValue(key, out Lease? lease) ? lease.Ended.Task : Task.CompletedTask);

    // The one way in: lock, drop what is due, operate, set the timer; then tell, outside the lock.
    private T Change<T>(Func<long, Changes, T> operation, IStoreObserver? writer = null)
    {
        var changed = new Changes();
        T result;
        lock (_gate)
        {
            long now = _clock.Exact;
            while (_mortal.Min is { } first && first.Deadline <= now)
            {
                if (first is Lease lease)
                    EndLease(lease.Key);
                else if (Drop(first.Key))
                    changed.Gone.Add(first.Key);
            }

            result = operation(now, changed);
            TimeSpan wait = _mortal.Min is { } next ? TimeSpan.FromMilliseconds(next.Deadline - now) : Timeout.InfiniteTimeSpan;
            _timer.Change(wait > LongestWait ? LongestWait : wait, Timeout.InfiniteTimeSpan);
        }

        foreach (string key in changed.Gone)
        {
            foreach (IStoreObserver observer in _observers)
                observer.OnChanged(key);
        }

        if (changed.Own is not null)
        {
            foreach (IStoreObserver observer in Others(writer))
                observer.OnChanged(changed.Own);
        }

        return result;
    }

    private ImmutableArray<IStoreObserver> Others(IStoreObserver? writer) =>
        writer is null || _options.TellWriter ? _observers : _observers.Remove(writer);

    private static long Deadline(long now, TimeSpan? timeToLive) => timeToLive is { } span ? Clock.After(now, span) : Clock.Never;

    private void Schedule(Mortal mortal, long deadline)
    {
        _mortal.Remove(mortal);
        mortal.Deadline = deadline; // Only while it is out of the set, which is ordered by it.
        if (deadline != Clock.Never)
            _mortal.Add(mortal);
    }

    private void Add(Entry entry)
    {
        _entries.Add(entry.Key, entry);
        _keys.Add(entry.Key);
        _byUse.AddLast(entry.Use);
        _bytes += entry.Bytes;
        Schedule(entry, entry.Deadline);
    }

    private bool Drop(string key)
    {
        if (!_entries.Remove(key, out Entry? entry))
            return false;
        _keys.Remove(key);
        _byUse.Remove(entry.Use);
        _mortal.Remove(entry);
        _bytes -= entry.Bytes;
        return true;
    }

    private void Evict(Changes changed)
    {
        while (_byUse.First is { } oldest && (_entries.Count > _options.MaxEntries || _bytes > _options.MaxBytes))
        {
            changed.Gone.Add(oldest.Value.Key);
            Drop(oldest.Value.Key);
        }
    }

    private bool Stands(string key, string token) => _leases.TryGetValue(key, out Lease? lease) && lease.Token == token;

    private bool EndLease(string key)
    {
        if (!_leases.Remove(key, out Lease? lease))
            return false;
        _mortal.Remove(lease);
        lease.Ended.SetResult();
        return true;
    }

    /// <summary>What an operation changed, for the observers.</summary>
    private sealed class Changes
    {
        /// <summary>Expired or evicted: news to everybody.</summary>
        public List<string> Gone { get; } = [];

        /// <summary>What the caller itself changed.</summary>
        public string? Own { get; set; }
    }

    /// <summary>What ends at a deadline.</summary>
    private abstract class Mortal(string key, long sequence)
    {
        public static readonly Comparer<Mortal> FirstToDie = Comparer<Mortal>.Create(static (a, b) =>
            a.Deadline != b.Deadline ? a.Deadline.CompareTo(b.Deadline) : a._sequence.CompareTo(b._sequence));

        private readonly long _sequence = sequence; // Tells apart what is due in the same millisecond.

        public string Key => key;

        public long Deadline { get; set; } = Clock.Never;
    }

    private sealed class Entry : Mortal
    {
        public Entry(string key, byte[] value, long deadline, long sequence)
            : base(key, sequence)
        {
            Value = value;
            Deadline = deadline;
            Use = new LinkedListNode<Entry>(this);
        }

        public byte[] Value { get; }

        public LinkedListNode<Entry> Use { get; }

        public long Bytes => Value.Length + (2L * Key.Length);
    }

    private sealed class Lease(string key, string token, long sequence) : Mortal(key, sequence)
    {
        public string Token => token;

        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
