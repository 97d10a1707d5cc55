using System.Diagnostics;
using Larder.Crasher;
using Larder.Persistence;

namespace Larder.Tests.Persistence;

/// <summary>Processes killed by SIGKILL while they save: what they acknowledged is there, whole (G7).</summary>
public sealed class KillTests(ITestOutputHelper output) : IDisposable
{
    private const int StepsToHit = 3;

    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_acknowledged_save_survives_kills_at_random_instants() => KillRepeatedly(kills: 15, seed: 1);

    [Fact]
    [Trait("Category", "Long")]
    [Trait("Long", "kills")]
    public void Every_acknowledged_save_survives_hundreds_of_kills_at_random_instants() => KillRepeatedly(kills: 400, seed: Environment.TickCount);

    [Theory]
    [InlineData(nameof(SaveStep.TemporaryCreated), 1, false)]
    [InlineData(nameof(SaveStep.Writing), 1, false)]
    [InlineData(nameof(SaveStep.Writing), 2, false)]
    [InlineData(nameof(SaveStep.Written), 1, false)]
    [InlineData(nameof(SaveStep.Flushed), 1, false)]
    [InlineData(nameof(SaveStep.Renamed), 1, true)]
    [InlineData(nameof(SaveStep.DirectoryFlushed), 1, true)]
    public void A_kill_after_each_step_leaves_the_old_file_or_the_new_one(string step, int occurrence, bool isNew)
    {
        // A generation whose successor is written in several pieces.
        long old = Enumerable.Range(1, 100).First(g => Contents.Of(g + 1).Sum(e => e.Value.Length) > 400_000);
        using (SnapshotFile file = _folder.Open())
            file.Save(Contents.Of(old).Select(e => new SnapshotRecord(e.Key, e.Value)));

        using (Child child = Child.Start("die", _folder.Snapshot, step, occurrence.ToString()))
        {
            Assert.Empty(child.ReadToEnd());
            Assert.NotEqual(0, child.ExitCode);
        }

        Assert.Equal(isNew ? 1 : 2, _folder.Files.Length);
        Assert.Equal((isNew ? old + 1 : old, isNew ? 0 : 1), Recover());
        Assert.Equal(["cache.larder"], _folder.Files);
    }

    [Fact]
    public void A_kill_after_a_damaged_file_was_kept_aside_leaves_it_in_both_places()
    {
        using (SnapshotFile file = _folder.Open())
            file.Save(Contents.Of(7).Select(e => new SnapshotRecord(e.Key, e.Value)));
        byte[] damaged = File.ReadAllBytes(_folder.Snapshot);
        damaged[^1] ^= 1;
        File.WriteAllBytes(_folder.Snapshot, damaged);

        using (Child child = Child.Start("die", _folder.Snapshot, nameof(SaveStep.KeptAside), "1"))
            Assert.Empty(child.ReadToEnd());

        Assert.Equal(damaged, File.ReadAllBytes(_folder.Snapshot));
        Assert.Equal(damaged, File.ReadAllBytes(Directory.GetFiles(_folder.Root, "*.corrupt-*").Single()));
    }

    private void KillRepeatedly(int kills, int seed)
    {
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        string progressPath = Path.Combine(_folder.Root, "progress");
        var killedAfter = new SortedDictionary<SaveStep, int>();
        long acknowledged = 0, saves = 0;
        int newer = 0, temporaries = 0;
        long started = Environment.TickCount64;
        // On a slow machine they fall on few of a save's steps, so then there are more of them.
        for (int kill = 0; kill < kills || (killedAfter.Count < StepsToHit && kill < 10 * kills); kill++)
        {
            // Without lingering, the steps' own lengths decide where a kill falls; with it, each step gets its share.
            string dwell = (kill % 3) switch { 0 => "0", 1 => "1400", _ => "6000" };
            using (Child child = Child.Start("save", _folder.Snapshot, progressPath, random.Next().ToString(), dwell))
            {
                string first = child.ReadLine() ?? throw new InvalidOperationException("The child ended before its first save.");
                SpinFor(TimeSpan.FromMicroseconds(random.Next(25_000)));
                string last = child.Kill().LastOrDefault(first);
                long now = long.Parse(last.Split(' ')[1]);
                saves += now - acknowledged;
                acknowledged = now;
            }

            using (var progress = new Progress(progressPath))
                killedAfter[(SaveStep)progress.Step] = killedAfter.GetValueOrDefault((SaveStep)progress.Step) + 1;
            (long found, int removed) = Recover();
            Assert.InRange(found, acknowledged, acknowledged + 1);
            newer += found > acknowledged ? 1 : 0;
            temporaries += removed;
            acknowledged = found;
        }

        output.WriteLine($"{killedAfter.Values.Sum()} kills in {(Environment.TickCount64 - started) / 1000.0:F1} s; {saves} saves acknowledged; {newer} kills found a newer save than the last acknowledged; {temporaries} temporary files removed");
        output.WriteLine("killed after: " + string.Join(", ", killedAfter.Select(s => $"{s.Key} {s.Value}")));
        Assert.True(killedAfter.Count >= StepsToHit, "The kills fell on too few of a save's steps to prove anything.");
        Assert.True(temporaries > 0, "No kill fell into a save.");
    }

    // What the next start finds: a whole generation, and how many temporary files it removed.
    private (long Generation, int RemovedTemporaries) Recover()
    {
        using SnapshotFile file = _folder.Open();
        var entries = new List<(string, byte[])>();
        SnapshotLoadResult result = file.Load(r => entries.Add((r.Key, r.Value.ToArray())));
        Assert.Equal((SnapshotLoadStatus.Intact, null), (result.Status, result.Reason));
        return (Contents.GenerationOf(entries), file.RemovedTemporaries);
    }

    // A sleep would round to the scheduler's ticks, and kills would fall on few instants.
    private static void SpinFor(TimeSpan time)
    {
        long started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < time)
            Thread.Yield();
    }
}
