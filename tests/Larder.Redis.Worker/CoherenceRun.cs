using System.Diagnostics;
using System.Globalization;
using Larder.Conformance.Processes;

namespace Larder.Redis.Worker;

/// <summary>
/// How long after a write the memories of other processes still hold the old value: from the moment at which the writer
/// knows that it is done to the moment at which the last of the others has dropped its entry.
/// </summary>
/// <remarks>
/// In each batch every process but one reads the same keys into its memory; that one writes them, one after the other. They
/// take turns at writing. <see cref="Stopwatch.GetTimestamp"/> is one clock for all processes of a machine.
/// </remarks>
public sealed class CoherenceRun : IDisposable
{
    private readonly WorkerProcess[] _processes;
    private readonly int _keys;
    private long _value;
    private int _writer;

    private CoherenceRun(WorkerProcess[] processes, int keys)
    {
        _processes = processes;
        _keys = keys;
    }

    /// <summary>Starts the processes.</summary>
    /// <param name="address">The Redis that they share, as a store's address.</param>
    /// <param name="processes">How many; two or more.</param>
    /// <param name="keys">How many writes a batch has, each of another key.</param>
    public static async Task<CoherenceRun> StartAsync(string address, int processes, int keys)
    {
        var run = new CoherenceRun([.. Enumerable.Range(0, processes).Select(_ => new WorkerProcess(typeof(CoherenceRun).Assembly.Location, "coherence", address))], keys);
        foreach (WorkerProcess process in run._processes)
            await process.ReadyAsync();
        await run.AskAsync(run._processes[0], "write"); // So that there is something to read.
        return run;
    }

    /// <summary>Has one process write all keys while all others hold them.</summary>
    public async Task<CoherenceBatch> WriteAsync()
    {
        WorkerProcess writer = _processes[_writer++ % _processes.Length];
        WorkerProcess[] watchers = [.. _processes.Where(process => process != writer)];
        await Task.WhenAll(watchers.Select(watcher => AskAsync(watcher, "watch")));
        _value++;
        long[] acknowledged = Times(await AskAsync(writer, "write"));
        long[][] dropped = [.. (await Task.WhenAll(watchers.Select(watcher => AskAsync(watcher, "drops")))).Select(Times)];

        int kept = dropped.Sum(times => times.Count(static time => time == 0));
        return new CoherenceBatch(kept, [.. acknowledged.Select((time, index) => Stopwatch.GetElapsedTime(time, dropped.Max(times => times[index])).TotalMicroseconds)]);
    }

    public void Dispose() => Array.ForEach(_processes, static process => process.Dispose());

    private static long[] Times(string line) => [.. line.Split(' ').Select(static time => long.Parse(time, CultureInfo.InvariantCulture))];

    private async Task<string> AskAsync(WorkerProcess process, string verb)
    {
        process.Tell(string.Create(CultureInfo.InvariantCulture, $"{verb} {_keys} {_value}"));
        return await process.AnswerAsync();
    }
}

/// <summary>What came of a batch.</summary>
/// <param name="Kept">How many entries some process still had in memory a minute later.</param>
/// <param name="Microseconds">For each write, how long after its acknowledgement the last process dropped its entry; below zero when that was before the writer knew.</param>
public sealed record CoherenceBatch(int Kept, double[] Microseconds);
