using System.Diagnostics;
using System.Globalization;

namespace Larder.Redis.Worker;

/// <summary>When the memory of a cache let go of each of a batch of entries. It is told by the cache's own event, on the thread that dropped the entry, so nobody polls.</summary>
internal sealed class DropWatch
{
    private static readonly EntryOptions InMemory = new() { Tiers = Tiers.Memory };
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Cache _cache;
    private readonly Lock _gate = new(); // Protects the fields below.
    private long[] _dropped = [];
    private int _left;
    private TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public DropWatch(Cache cache)
    {
        _cache = cache;
        cache.Events.Removed += (_, removed) => OnRemoved(removed, Stopwatch.GetTimestamp());
    }

    public static string KeyOf(int index) => string.Create(CultureInfo.InvariantCulture, $"watched:{index}");

    /// <summary>Reads entries until memory holds them all with the value that is expected, and begins to watch them.</summary>
    public async Task BeginAsync(int count, long expected)
    {
        for (int index = 0; index < count; index++)
        {
            string key = KeyOf(index);
            long began = Stopwatch.GetTimestamp();
            while (!_cache.TryGet(key, out long value, InMemory) || value != expected)
            {
                if (Stopwatch.GetElapsedTime(began) > Patience)
                    throw new InvalidOperationException($"'{key}' did not come into memory with the value {expected}.");
                await _cache.GetAsync<long>(key);
            }
        }

        lock (_gate)
        {
            _dropped = new long[count];
            _left = count;
            _all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Waits until all have been dropped, or for a minute.</summary>
    /// <returns>When each was, by <see cref="Stopwatch.GetTimestamp"/>; 0 for one that still is in memory.</returns>
    public async Task<long[]> EndAsync()
    {
        Task all;
        lock (_gate)
            all = _all.Task;
        await Task.WhenAny(all, Task.Delay(Patience));
        lock (_gate)
            return [.. _dropped.Select((time, index) => _cache.TryGet(KeyOf(index), out long _, InMemory) ? 0 : time)];
    }

    private void OnRemoved(RemovedEvent removed, long now)
    {
        if (removed.Cause != RemovalCause.Removed || !removed.Key.StartsWith("watched:", StringComparison.Ordinal))
            return;
        int index = int.Parse(removed.Key.AsSpan("watched:".Length), CultureInfo.InvariantCulture);
        lock (_gate)
        {
            if (index >= _dropped.Length || _dropped[index] != 0)
                return;
            _dropped[index] = now;
            if (--_left == 0)
                _all.SetResult();
        }
    }
}
