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
    public void What_has_left_is_collected(EvictionPolicy eviction, string how)
    {
        var time = new ManualTimeProvider();
        var cache = new BoundedCache<object, object>(new() { MaxEntries = 100, Eviction = eviction, TimeProvider = time });
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
            if (how != "replace")
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
            default:
                time.Advance(TimeSpan.FromMinutes(1));
                cache.ReclaimExpired();
                break;
        }

        return gone;
    }
}
