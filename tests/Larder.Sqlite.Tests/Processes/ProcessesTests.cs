using System.Globalization;
using Larder.Conformance.Histories;
using Larder.Sqlite.Tests.Store;

namespace Larder.Sqlite.Tests.Processes;

/// <summary>Several real processes with memory of their own, over one file.</summary>
public sealed class ProcessesTests : IDisposable
{
    private readonly TemporaryDatabase _database = new();

    private string SourceFile => Path.Combine(_database.Folder, "source");

    public void Dispose() => _database.Dispose();

    [Fact]
    public Task No_read_violates_a_guarantee_in_a_random_history_of_two_processes() => CheckHistoryAsync(processes: 2, phases: 8, operations: 800);

    [Fact]
    [Trait("Category", "Long")]
    [Trait("Long", "sqlite-history")]
    public Task No_read_violates_a_guarantee_in_half_a_million_operations_of_four_processes() => CheckHistoryAsync(processes: 4, phases: 40, operations: 3_200);

    [Theory]
    [InlineData("push")]
    [InlineData("lease")]
    public async Task History_checker_notices_a_store_without_its(string check)
    {
        (_, string[] violations) = await RunHistoryAsync(processes: 2, phases: 30, operations: 1_000, check);

        Assert.NotEmpty(violations);
    }

    [Fact]
    public async Task Cold_key_is_computed_once_by_six_processes_with_fifty_callers_each()
    {
        // A starved holder may stand still for seconds, and is not dead.
        WorkerProcess[] workers = await StartAsync(6, _ => ["flight", _database.Path, SourceFile, "300", "60"]);

        foreach (WorkerProcess worker in workers)
            worker.Go();

        foreach (WorkerProcess worker in workers)
            Assert.Equal(["answers 1"], await worker.EndAsync().Soon());
        using var source = new Source(SourceFile);
        Assert.Equal(1, source.Counter(0));
        Array.ForEach(workers, worker => worker.Dispose());
    }

    [Fact]
    public async Task Holder_that_is_killed_is_replaced_by_exactly_one()
    {
        using var source = new Source(SourceFile);
        WorkerProcess[] workers = await StartAsync(4, _ => ["flight", _database.Path, SourceFile, "60000", "2"]);

        foreach (WorkerProcess worker in workers)
            worker.Go();
        await Waiting.UntilAsync(() => source.Counter(1) != 0, "Nobody computes.");
        WorkerProcess holder = workers.Single(worker => worker.Id == source.Counter(1));
        holder.Kill(); // In the middle of a factory that would take a minute.

        foreach (WorkerProcess worker in workers.Where(worker => worker != holder))
            Assert.Equal(["answers 2"], await worker.EndAsync().WaitAsync(TimeSpan.FromSeconds(50)));
        Assert.Equal(2, source.Counter(0));
        Array.ForEach(workers, worker => worker.Dispose());
    }

    private async Task CheckHistoryAsync(int processes, int phases, int operations)
    {
        (long done, string[] violations) = await RunHistoryAsync(processes, phases, operations, "");

        Assert.Empty(violations);
        Assert.Equal((long)processes * phases * (operations / 4 * 4), done);
    }

    private async Task<(long Operations, string[] Violations)> RunHistoryAsync(int processes, int phases, int operations, string breakage)
    {
        int seed = Environment.TickCount & 0xFFFFFF;
        WorkerProcess[] workers = await StartAsync(processes, index =>
            ["history", _database.Path, SourceFile, $"{index}", $"{processes}", $"{seed}", $"{phases}", $"{operations}", breakage]);
        foreach (WorkerProcess worker in workers)
            worker.Go();
        string[][] outputs = await Task.WhenAll(workers.Select(worker => worker.EndAsync()));
        Array.ForEach(workers, worker => worker.Dispose());
        long done = outputs.Sum(output => long.Parse(output.Single(line => line.StartsWith("done", StringComparison.Ordinal)).Split(' ')[1], CultureInfo.InvariantCulture));
        return (done, [.. outputs.SelectMany(output => output).Where(line => line.StartsWith("violation", StringComparison.Ordinal)).Select(line => $"{line} (seed {seed})")]);
    }

    private static async Task<WorkerProcess[]> StartAsync(int count, Func<int, string[]> arguments)
    {
        WorkerProcess[] workers = [.. Enumerable.Range(0, count).Select(index => new WorkerProcess(arguments(index)))];
        foreach (WorkerProcess worker in workers)
            Assert.Equal("ready", await Task.Run(worker.ReadLine).Soon());
        return workers;
    }
}
