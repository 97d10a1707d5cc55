using System.Runtime.CompilerServices;

namespace Larder.Tests.Memory;

public sealed class LeakTests
{
    [Theory]
    [InlineData(EvictionPolicy.Adaptive, "evict")]
    [InlineData(EvictionPolicy.Lru, "evict")]
    [InlineData(EvictionPolicy.Adaptive, "remove")]
    [InlineData(EvictionPolicy.Adaptive, "replace")]
    [InlineData(EvictionPolicy.Adaptive, "clear")]
    [InlineData(EvictionPolicy.Adaptive, "expire")]
    [InlineData(EvictionPolicy.Lru, "expire")]
    [InlineData(EvictionPolicy.Adaptive, "expire and look")]
    [InlineData(EvictionPolicy.Lru, "expire and look")]
    [InlineData(EvictionPolicy.Adaptive, "expire and write")]
    [InlineData(EvictionPolicy.Adaptive, "update")]
    [InlineData(EvictionPolicy.Adaptive, "remove if")]
    [InlineData(EvictionPolicy.Adaptive, "refuse")]
    [InlineData(EvictionPolicy.Adaptive, "lower bounds")]
    [InlineData(EvictionPolicy.Lru, "clear")]
    public void What_has_left_is_collected(EvictionPolicy eviction, string how)
    {
        var time = new ManualTimeProvider();
        var cache = new BoundedCache<object, object>(new() { MaxEntries = 100, MaxBytes = 1_000, Weigher = static (_, value) => value is Heavy ? 1_001 : 1, Eviction = eviction, TimeProvider = time });
        List<WeakReference> gone = Fill(cache, how, time);
        Forget(gone, cache);

        for (int i = 0; i < 10 && gone.Any(g => g.IsAlive); i++)
            GC.Collect();

        Assert.DoesNotContain(gone, g => g.IsAlive);
        GC.KeepAlive(cache);
    }

    // Eviction may have chosen others.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget(List<WeakReference> references, BoundedCache<object, object> cache)
    {
        HashSet<object> held = [.. cache.SelectMany(e => new[] { e.Key, e.Value })];
        int before = references.Count;
        references.RemoveAll(r => r.Target is { } target && held.Contains(target));
        Assert.InRange(references.Count, 1, before);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static List<WeakReference> Fill(BoundedCache<object, object> cache, string how, ManualTimeProvider time)
    {
        var gone = new List<WeakReference>();
        var keys = new List<object>();
        for (int i = 0; i < 50; i++)
        {
            object key = new(), value = new();
            keys.Add(key);
            gone.Add(new WeakReference(value));
            if (how is not ("replace" or "update"))
                gone.Add(new WeakReference(key));
            cache.Set(key, value, TimeSpan.FromMinutes(1));
        }

        switch (how)
        {
            case "evict":
                for (int i = 0; i < 10_000; i++)
                {
                    object value = new();
                    gone.Add(new WeakReference(value));
                    cache.Set(new object(), value);
                }

                break;
            case "remove":
                keys.ForEach(key => cache.Remove(key));
                break;
            case "replace":
                keys.ForEach(key => cache.Set(key, new object()));
                break;
            case "clear":
                cache.Clear();
                break;
            case "update":
                keys.ForEach(key => Assert.True(cache.TryGet(key, out object? value) && cache.TryUpdate(key, new object(), value)));
                break;
            case "remove if":
                keys.ForEach(key => Assert.True(cache.TryGet(key, out object? value) && cache.TryRemove(new(key, value))));
                break;
            case "refuse":
                foreach (object key in keys)
                {
                    var heavy = new Heavy();
                    gone.Add(new WeakReference(heavy));
                    Assert.False(cache.Set(key, heavy));
                }

                break;
            case "lower bounds":
                EngineOf.Of(cache).SetBounds(1, null);
                break;
            case "expire and look":
                time.Advance(TimeSpan.FromMinutes(1));
                keys.ForEach(key => Assert.False(cache.TryGet(key, out _)));
                break;
            case "expire and write":
                time.Advance(TimeSpan.FromMinutes(1));
                cache.Set("one", "region of 64 is all that they fill");
                cache.Set("one", "and each write looks at the next");
                cache.Set("one", "of at most three");
                break;
            default:
                time.Advance(TimeSpan.FromMinutes(1));
                cache.ReclaimExpired();
                break;
        }

        return gone;
    }

    private sealed class Heavy;
}
