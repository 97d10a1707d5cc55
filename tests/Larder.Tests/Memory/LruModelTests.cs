namespace Larder.Tests.Memory;

public sealed class LruModelTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(64)]
    public void Lru_evicts_exactly_what_a_naive_lru_evicts(int bound)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var model = new NaiveLru(bound);
            var evicted = new List<int>();
            var cache = new BoundedCache<int, int>(new()
            {
                MaxEntries = bound,
                Eviction = EvictionPolicy.Lru,
                OnRemoved = (key, _, cause) =>
                {
                    if (cause == RemovalCause.Evicted)
                        evicted.Add(key);
                },
            });

            for (int step = 0; step < 2_000; step++)
            {
                int key = random.Next(bound * 2);
                switch (random.Next(10))
                {
                    case < 5:
                        bool found = model.Get(key, out int expected);
                        Assert.Equal(found, cache.TryGet(key, out int value));
                        Assert.Equal(expected, value);
                        break;
                    case < 9:
                        model.Set(key, step);
                        cache.Set(key, step);
                        break;
                    default:
                        Assert.Equal(model.Remove(key), cache.Remove(key));
                        break;
                }

                Assert.Equal(model.Evicted, evicted);
            }

            Assert.Equal(model.ColdestFirst, EngineOf.Of(cache).ColdestFirst().Select(e => e.Key));
        }
    }

    private sealed class NaiveLru(int bound)
    {
        private readonly List<(int Key, int Value)> _order = [];

        public List<int> Evicted { get; } = [];

        public IEnumerable<int> ColdestFirst => _order.Select(e => e.Key);

        public bool Get(int key, out int value)
        {
            int index = _order.FindIndex(e => e.Key == key);
            value = index < 0 ? 0 : _order[index].Value;
            if (index < 0)
                return false;
            (int Key, int Value) entry = _order[index];
            _order.RemoveAt(index);
            _order.Add(entry);
            return true;
        }

        public void Set(int key, int value)
        {
            if (!Remove(key) && _order.Count == bound)
            {
                Evicted.Add(_order[0].Key);
                _order.RemoveAt(0);
            }

            _order.Add((key, value));
        }

        public bool Remove(int key) => _order.RemoveAll(e => e.Key == key) != 0;
    }
}
