namespace Larder.Tests.Memory;

/// <summary>Every operation of a cache with exact LRU beside a naive one: what each returns, what leaves and why, and the order that stays.</summary>
public sealed class LruWholeModelTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(9)]
    [InlineData(60)]
    public void A_cache_in_entries_bytes_and_time_does_what_a_naive_one_does(int bound)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var time = new ManualTimeProvider();
            var told = new List<(int Key, string Value, RemovalCause Cause)>();
            long maxBytes = bound * 6;
            var model = new Model(bound, maxBytes, () => time.GetTimestamp() / TimeSpan.TicksPerMillisecond);
            var cache = new BoundedCache<int, string>(new()
            {
                MaxEntries = bound,
                MaxBytes = maxBytes,
                Weigher = static (_, value) => value.Length,
                Eviction = EvictionPolicy.Lru,
                TimeProvider = time,
                OnRemoved = (key, value, cause) => told.Add((key, value, cause)),
            });
            long hits = 0, misses = 0;

            for (int step = 0; step < 1_500; step++)
            {
                int key = random.Next(bound * 2);
                string value = $"{step}".PadRight(random.Next(30) == 0 ? (int)Math.Min(maxBytes + 1, 400) : random.Next(4, 12), '.');
                int ttl = random.Next(3) == 0 ? -1 : random.Next(1, 200);
                TimeSpan life = TimeSpan.FromMilliseconds(ttl);
                told.Clear();
                model.Told.Clear();
                switch (random.Next(12))
                {
                    case < 3:
                        string? expected = model.Get(key);
                        Assert.Equal(expected is not null, cache.TryGet(key, out string? found));
                        Assert.Equal(expected, found);
                        _ = expected is null ? misses++ : hits++;
                        break;
                    case < 6:
                        Assert.Equal(model.Set(key, value, ttl), cache.Set(key, value, life));
                        break;
                    case 6:
                        Assert.Equal(model.TryAdd(key, value, ttl), cache.TryAdd(key, value, life));
                        break;
                    case 7:
                        string? there = model.Peek(key);
                        bool same = random.Next(4) != 0 && there is not null;
                        if (same)
                            model.Set(key, value, ttl);
                        Assert.Equal(same, cache.TryUpdate(key, value, same ? there! : "another", life));
                        break;
                    case 8:
                        Assert.Equal(model.Remove(key), cache.Remove(key, out string? removed) ? removed : null);
                        break;
                    case 9:
                        bool lives = model.SetTimeToLive(key, ttl);
                        Assert.Equal(lives, cache.SetTimeToLive(key, life));
                        Assert.Equal(model.Peek(key) is not null, cache.Contains(key));
                        break;
                    case 10:
                        time.Advance(TimeSpan.FromMilliseconds(random.Next(20)));
                        break;
                    default:
                        if (random.Next(20) == 0)
                        {
                            model.Clear();
                            cache.Clear();
                        }
                        else
                        {
                            Assert.Equal(model.Reclaim(), cache.ReclaimExpired());
                        }

                        break;
                }

                // Those that expire at once are told in the order of their places, which is nobody's business.
                Assert.Equal(model.Told.Order(), told.Order());
                Assert.Equal(model.Count, cache.Count);
                Assert.Equal(model.Bytes, cache.Bytes);
            }

            Assert.Equal(model.ColdestFirst, EngineOf.Of(cache).ColdestFirst().Select(e => (e.Key, e.Value)));
            Assert.Equal((hits, misses), (cache.Statistics.Hits, cache.Statistics.Misses));
        }
    }

    private sealed class Model(int maxEntries, long maxBytes, Func<long> now)
    {
        // From the one used least recently.
        private readonly List<Entry> _entries = [];

        public List<(int, string, RemovalCause)> Told { get; } = [];

        public int Count => _entries.Count;

        public long Bytes => _entries.Sum(e => e.Value.Length);

        public IEnumerable<(int, string)> ColdestFirst => _entries.Select(e => (e.Key, e.Value));

        public string? Get(int key)
        {
            if (Find(key) is not { } entry)
                return null;
            if (!IsFresh(entry))
            {
                Leave(entry, RemovalCause.Removed);
                return null;
            }

            Use(entry);
            return entry.Value;
        }

        public string? Peek(int key) => Find(key) is { } entry && IsFresh(entry) ? entry.Value : null;

        public bool Set(int key, string value, int ttl)
        {
            Entry? old = Find(key);
            if (old is not null)
                Leave(old, RemovalCause.Replaced);
            bool fits = value.Length <= maxBytes;
            if (!fits)
                Told.Add((key, value, RemovalCause.Evicted));
            while (fits && (Count >= maxEntries || Bytes + value.Length > maxBytes))
                Leave(_entries[0], RemovalCause.Evicted);
            if (fits)
                _entries.Add(new Entry(key, value, End(ttl)));
            Reclaim();
            return fits;
        }

        public bool TryAdd(int key, string value, int ttl)
        {
            if (Find(key) is { } entry && IsFresh(entry))
            {
                Use(entry);
                return false;
            }

            Set(key, value, ttl);
            return true;
        }

        public string? Remove(int key)
        {
            if (Find(key) is not { } entry)
                return null;
            Leave(entry, RemovalCause.Removed);
            return IsFresh(entry) ? entry.Value : null;
        }

        public bool SetTimeToLive(int key, int ttl)
        {
            if (Find(key) is not { } entry || !IsFresh(entry))
                return false;
            entry.Expires = End(ttl);
            return true;
        }

        public int Reclaim()
        {
            Entry[] expired = [.. _entries.Where(e => !IsFresh(e))];
            Array.ForEach(expired, e => Leave(e, RemovalCause.Expired));
            return expired.Length;
        }

        public void Clear()
        {
            while (Count > 0)
                Leave(_entries[0], RemovalCause.Removed);
        }

        private Entry? Find(int key) => _entries.Find(e => e.Key == key);

        private bool IsFresh(Entry entry) => entry.Expires > now();

        private long End(int ttl) => ttl < 0 ? long.MaxValue : now() + ttl;

        private void Use(Entry entry)
        {
            _entries.Remove(entry);
            _entries.Add(entry);
        }

        private void Leave(Entry entry, RemovalCause cause)
        {
            _entries.Remove(entry);
            Told.Add((entry.Key, entry.Value, IsFresh(entry) ? cause : RemovalCause.Expired));
        }

        private sealed class Entry(int key, string value, long expires)
        {
            public int Key => key;

            public string Value => value;

            public long Expires { get; set; } = expires;
        }
    }
}
