using Larder.Persistence;
using Larder.Stores;

namespace Larder.Tests.Caching;

public sealed class CreationTests
{
    [Fact]
    public async Task A_cache_whose_file_is_in_use_leaves_no_timer_and_no_lock_behind()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("larder-");
        try
        {
            string file = Path.Combine(folder.FullName, "cache.larder");
            var time = new CountingTimeProvider();
            await using (Cache.Create(o => o.PersistTo(file)))
            {
                Assert.Throws<SnapshotInUseException>(() => Cache.Create(o =>
                {
                    o.PersistTo(file);
                    o.TimeProvider = time;
                }));
                Assert.Equal(0, time.Timers);
            }

            await using Cache now = Cache.Create(o => o.PersistTo(file));
            Assert.Equal(0, now.Statistics.Entries);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Disposal_leaves_no_timer_behind()
    {
        var time = new CountingTimeProvider();
        Cache cache = Cache.Create(o =>
        {
            o.UseStore(new InMemoryStore());
            o.TimeProvider = time;
        });
        cache.Set("k", 1);
        Assert.NotEqual(0, time.Timers);

        await cache.DisposeAsync();

        Assert.Equal(0, time.Timers);
    }

    /// <summary>The system's time, which counts the timers that are not disposed.</summary>
    private sealed class CountingTimeProvider : TimeProvider
    {
        private int _timers;

        public int Timers => Volatile.Read(ref _timers);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Increment(ref _timers);
            return new Counted(this, base.CreateTimer(callback, state, dueTime, period));
        }

        private sealed class Counted(CountingTimeProvider owner, ITimer inner) : ITimer
        {
            private int _disposed;

            public bool Change(TimeSpan dueTime, TimeSpan period) => inner.Change(dueTime, period);

            public void Dispose()
            {
                if (Interlocked.Exchange(ref _disposed, 1) == 0)
                    Interlocked.Decrement(ref owner._timers);
                inner.Dispose();
            }

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
