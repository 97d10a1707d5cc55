using System.Diagnostics;
using System.Globalization;
using Larder.Sqlite.Tests.Store;
using Larder.Sqlite.Worker;

namespace Larder.Sqlite.Tests.Processes;

/// <summary>Processes killed by SIGKILL while they write: what was acknowledged is there, whole (G7).</summary>
public sealed class KillTests(ITestOutputHelper output) : IDisposable
{
    private const int WritersOfEach = 6;
    private readonly TemporaryDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [Fact]
    public Task Every_acknowledged_write_survives_kills_at_random_instants() => KillRepeatedlyAsync(kills: 15, seed: 1);

    [Fact]
    [Trait("Category", "Long")]
    [Trait("Long", "sqlite-kills")]
    public Task Every_acknowledged_write_survives_hundreds_of_kills_at_random_instants() => KillRepeatedlyAsync(kills: 200, seed: Environment.TickCount);

    private async Task KillRepeatedlyAsync(int kills, int seed)
    {
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        // Two processes write, each with writers of its own; mostly one is killed, sometimes both.
        long[] steps = new long[2 * WritersOfEach];
        long acknowledged = 0;
        int ahead = 0;
        long started = Environment.TickCount64;
        for (int kill = 0; kill < kills;)
        {
            WorkerProcess[] processes = [.. Enumerable.Range(0, 2).Select(process => new WorkerProcess(
                ["write", _database.Path, .. Enumerable.Range(process * WritersOfEach, WritersOfEach).Select(writer => $"{writer}:{steps[writer]}")]))];
            long[] last = [.. steps];
            foreach (WorkerProcess process in processes)
                Note(last, process.ReadLine() ?? throw new InvalidOperationException("A worker ended before its first write."));
            foreach (WorkerProcess process in random.Next(2) == 0 ? processes : processes.Reverse())
            {
                SpinFor(TimeSpan.FromMicroseconds(random.Next(40_000)));
                foreach (string line in process.Kill())
                    Note(last, line);
                kill++;
            }

            acknowledged += last.Sum() - steps.Sum();
            await using SqliteStore store = _database.Open();
            for (int writer = 0; writer < steps.Length; writer++)
            {
                steps[writer] = await CheckAsync(store, writer, last[writer]);
                ahead += steps[writer] > last[writer] ? 1 : 0;
            }

            Assert.Equal(0, store.Statistics.FilesReplaced);
            Array.ForEach(processes, process => process.Dispose());
        }

        output.WriteLine($"{kills} kills in {(Environment.TickCount64 - started) / 1000.0:F1} s; {acknowledged} writes acknowledged; {ahead} writers were found one step further than acknowledged");
        Assert.True(acknowledged > 10L * kills, "There were too few writes for the kills to prove anything.");
        Assert.True(ahead > 0, "No kill fell into a write.");
        using Sqlite.Files.Connection connection = _database.Connect();
        Assert.Equal(1, connection.Number("SELECT integrity_check = 'ok' FROM pragma_integrity_check"));
        Assert.Equal(1, connection.Number("SELECT entries = (SELECT count(*) FROM entry) AND bytes = (SELECT coalesce(sum(64 + 2 * length(key) + length(value)), 0) FROM entry) FROM state"));
    }

    // What the file holds is what it has to after the last acknowledged step, or after the one that was under way.
    private static async Task<long> CheckAsync(SqliteStore store, int writer, long acknowledged)
    {
        ReadOnlyMemory<byte>?[] found = await store.GetManyAsync([.. Enumerable.Range(0, Ledger.Keys).Select(key => Ledger.Key(writer, key))], default);
        return Holds(acknowledged) ? acknowledged
            : Holds(acknowledged + 1) ? acknowledged + 1
            : throw new InvalidOperationException($"Writer {writer} had step {acknowledged} acknowledged, and the file holds neither what it had to after that nor what it had to after the next.");

        bool Holds(long step)
        {
            for (int key = 0; key < Ledger.Keys; key++)
            {
                long last = Ledger.LastOf(key, step);
                byte[]? expected = last == 0 || Ledger.Removes(last) ? null : Ledger.Value(writer, last);
                if (expected is null ? found[key] is not null : found[key] is not { } bytes || !bytes.Span.SequenceEqual(expected))
                    return false;
            }

            return true;
        }
    }

    private static void Note(long[] last, string line)
    {
        long[] numbers = [.. line.Split(' ').Select(number => long.Parse(number, CultureInfo.InvariantCulture))];
        Assert.Equal(last[numbers[0]] + 1, numbers[1]);
        last[numbers[0]] = numbers[1];
    }

    // A sleep would round to the scheduler's ticks, and kills would fall on few instants.
    private static void SpinFor(TimeSpan time)
    {
        long started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < time)
            Thread.Yield();
    }
}
