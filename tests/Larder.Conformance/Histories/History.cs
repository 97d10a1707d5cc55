using System.Diagnostics;

namespace Larder.Conformance.Histories;

/// <summary>
/// Random reads, writes, removals and clears against one source of truth, by several processes at once, and what must
/// hold of every read.
/// </summary>
/// <remarks>
/// <para>Every value is the version that the source had when it was read. A change is: a new version in the source, then
/// an invalidation (or a write of that version), acknowledged. Writes go to keys that have one writing process.</para>
/// <para>G2, at every read: not older than what this process itself has had acknowledged before it began. G3 and G4, at the
/// end of every phase, when nobody changes anything any more: every process reads the source's version of every key. A
/// value that lost its way stays until the next change, so that it is found there; one message may still be under way,
/// which is what the check waits for.</para>
/// </remarks>
public sealed class History(Cache cache, Source source, int index, int processes, int seed)
{
    private const int Written = Source.Keys / 2; // The keys below are invalidated, those from here on are written.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly long[] _acknowledged = new long[Source.Keys];
    private readonly List<string> _violations = [];
    private readonly SemaphoreSlim _writing = new(1);
    private long _operations;

    public async Task<(long Operations, IReadOnlyList<string> Violations)> RunAsync(int phases, int operations)
    {
        for (int phase = 0; phase < phases; phase++)
        {
            int first = seed + (phase * 1000) + (index * 100);
            await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(() => WorkAsync(new Random(first + worker), operations / 4))));
            await MeetAsync(2 * phase);
            await CheckAsync(phase);
            await MeetAsync((2 * phase) + 1);
        }

        return (_operations, _violations);
    }

    private async Task WorkAsync(Random random, int operations)
    {
        for (int i = 0; i < operations; i++)
        {
            int key = random.Next(Source.Keys);
            double choice = random.NextDouble();
            if (choice > 0.04)
                await ReadAsync(key, random.Next(20));
            else if (choice > 0.001)
                await ChangeAsync(key);
            else
                await ClearAsync();
            Interlocked.Increment(ref _operations);
        }
    }

    private async Task ReadAsync(int key, int delay)
    {
        long least = Volatile.Read(ref _acknowledged[key]);
        long value = await MakeOrGetAsync(key, delay);
        if (value < least)
            Violated($"G2: key {key} was read as {value} after this process had {least} acknowledged");
    }

    private ValueTask<long> MakeOrGetAsync(int key, int delay) => cache.GetOrSetAsync(
        $"key:{key}",
        async _ =>
        {
            long version = source.Version(key);
            if (delay < 10)
                await Task.Delay(1);
            return version;
        });

    private async Task ChangeAsync(int key)
    {
        if (key >= Written)
        {
            // One process writes a key, one change after the other.
            if (key % processes == index)
                await WriteAsync(key);
            return;
        }

        long version = source.Change(key);
        await cache.RemoveAsync($"key:{key}");
        Acknowledge(key, version);
    }

    private async Task WriteAsync(int key)
    {
        await _writing.WaitAsync();
        long version = source.Change(key);
        await cache.SetAsync($"key:{key}", version);
        Acknowledge(key, version);
        _writing.Release();
    }

    private async Task ClearAsync()
    {
        long[] versions = [.. Enumerable.Range(0, Written).Select(source.Change)];
        await cache.ClearAsync();
        for (int key = 0; key < Written; key++)
            Acknowledge(key, versions[key]);
    }

    private async Task CheckAsync(int phase)
    {
        for (int key = 0; key < Source.Keys; key++)
        {
            long began = Stopwatch.GetTimestamp();
            long value;
            while ((value = await MakeOrGetAsync(key, 10)) != source.Version(key))
            {
                if (Stopwatch.GetElapsedTime(began) > Patience || _violations.Count > 0)
                {
                    Violated($"G3: in phase {phase}, key {key} stays {value}; the source has {source.Version(key)}");
                    break;
                }

                await Task.Delay(5);
            }
        }
    }

    private void Acknowledge(int key, long version)
    {
        long known;
        while ((known = Volatile.Read(ref _acknowledged[key])) < version && Interlocked.CompareExchange(ref _acknowledged[key], version, known) != known)
        {
            // Another change of this process was acknowledged; look again.
        }
    }

    private void Violated(string what)
    {
        lock (_violations)
            _violations.Add(what);
    }

    // Waits until every process is here.
    private async Task MeetAsync(int point)
    {
        source.Count(point);
        while (source.Counter(point) < processes)
            await Task.Delay(2);
    }
}
