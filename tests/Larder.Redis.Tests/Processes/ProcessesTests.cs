using System.Globalization;
using Larder.Conformance.Histories;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Tests.Store;
using Larder.Redis.Worker;

namespace Larder.Redis.Tests.Processes;

/// <summary>Several real processes with memory of their own.</summary>
public sealed class ProcessesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("larder-workers-").FullName;

    private string SourceFile => Path.Combine(_folder, "source");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public Task No_read_violates_a_guarantee_in_a_random_history_of_two_processes() => CheckHistoryAsync(processes: 2, phases: 10, operations: 1_000);

    [Fact]
    public Task Nor_in_one_of_two_processes_with_three_connections_each() => CheckHistoryAsync(processes: 2, phases: 5, operations: 1_000, "?connectionsPerServer=3");

    [Fact]
    [Trait("Category", "Long")]
    [Trait("Long", "redis-history")]
    public Task No_read_violates_a_guarantee_in_a_million_operations_of_four_processes() => CheckHistoryAsync(processes: 4, phases: 50, operations: 5_200);

    [Theory]
    [InlineData("push")]
    [InlineData("lease")]
    public async Task History_checker_notices_a_store_without_its(string check)
    {
        await using RedisServer server = await RedisServer.StartAsync();

        (_, string[] violations) = await RunHistoryAsync(server, processes: 2, phases: 30, operations: 1_000, check);

        Assert.NotEmpty(violations);
    }

    [Fact]
    public async Task Cold_key_is_computed_once_by_eight_processes_with_fifty_callers_each()
    {
        await using RedisServer server = await RedisServer.StartAsync();
        // A starved holder may stand still for seconds, and is not dead.
        WorkerProcess[] workers = await StartAsync(8, _ => ["flight", server.Address, SourceFile, "300", "60"]);

        foreach (WorkerProcess worker in workers)
            worker.Go();

        foreach (WorkerProcess worker in workers)
            Assert.Equal(["answers 1"], await worker.EndAsync().Soon());
        using var source = new Source(SourceFile);
        Assert.Equal(1, source.Counter(0));
        Array.ForEach(workers, worker => worker.Dispose());
    }

    // How long it takes is measured by ./bench coherence, with the same code.
    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public async Task Every_write_is_dropped_by_the_memory_of_every_other_process(int processes)
    {
        await using RedisServer server = await RedisServer.StartAsync();
        using CoherenceRun run = await CoherenceRun.StartAsync(server.Address, processes, keys: 50);
        for (int batch = 0; batch < 8; batch++)
        {
            CoherenceBatch done = await run.WriteAsync().Soon();

            Assert.Equal(0, done.Kept);
            Assert.Equal(50, done.Microseconds.Length);
        }
    }

    [Fact]
    public async Task Worker_that_fails_says_why()
    {
        using var worker = new WorkerProcess("no such work", "127.0.0.1:1", SourceFile);
        await worker.ReadyAsync();
        worker.Go();

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => worker.EndAsync().Soon());

        Assert.Contains("There is no work 'no such work'.", error.Message);
        Assert.Contains("exit code 2", error.Message);
    }

    [Fact]
    public async Task Holder_that_is_killed_is_replaced_by_exactly_one()
    {
        await using RedisServer server = await RedisServer.StartAsync();
        using var source = new Source(SourceFile);
        WorkerProcess[] workers = await StartAsync(4, _ => ["flight", server.Address, SourceFile, "60000", "2"]);

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

    private async Task CheckHistoryAsync(int processes, int phases, int operations, string options = "")
    {
        await using RedisServer server = await RedisServer.StartAsync();

        (long done, string[] violations) = await RunHistoryAsync(server, processes, phases, operations, "", options);

        Assert.Empty(violations);
        Assert.Equal((long)processes * phases * (operations / 4 * 4), done);
    }

    private async Task<(long Operations, string[] Violations)> RunHistoryAsync(RedisServer server, int processes, int phases, int operations, string breakage, string options = "")
    {
        int seed = Environment.TickCount & 0xFFFFFF;
        WorkerProcess[] workers = await StartAsync(processes, index =>
            ["history", server.Address + options, SourceFile, $"{index}", $"{processes}", $"{seed}", $"{phases}", $"{operations}", breakage]);
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
            await worker.ReadyAsync();
        return workers;
    }
}
