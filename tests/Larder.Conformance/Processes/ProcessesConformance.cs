using System.Globalization;
using Larder.Conformance.Histories;
using Larder.Conformance.Servers;

namespace Larder.Conformance.Processes;

/// <summary>Several real processes with memory of their own, on one server.</summary>
/// <param name="worker">The file of the program that does <see cref="Work"/>.</param>
/// <param name="processes">How many the server serves well on a small machine.</param>
/// <param name="phases">How long a history is.</param>
public abstract class ProcessesConformance(string worker, int processes, int phases) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("larder-workers-").FullName;

    protected string SourceFile => Path.Combine(_folder, "source");

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public Task No_read_violates_a_guarantee_in_a_random_history_of_two_processes() => CheckHistoryAsync(2, phases, 1_000);

    [Theory]
    [InlineData("push")]
    [InlineData("lease")]
    public async Task History_checker_notices_a_store_without_its(string check)
    {
        (IAsyncDisposable server, string address) = await StartServerAsync();
        await using (server)
        {
            (_, string[] violations) = await RunHistoryAsync(address, 2, phases * 3, 1_000, check);

            Assert.NotEmpty(violations);
        }
    }

    [Fact]
    public async Task Cold_key_is_computed_once_by_many_processes_with_fifty_callers_each()
    {
        (IAsyncDisposable server, string address) = await StartServerAsync();
        await using (server)
        {
            // A starved holder may stand still for seconds, and is not dead.
            WorkerProcess[] workers = await StartAsync(processes, _ => ["flight", address, SourceFile, "300", "60"]);

            foreach (WorkerProcess one in workers)
                one.Go();

            foreach (WorkerProcess one in workers)
                Assert.Equal(["answers 1"], await one.EndAsync().Soon());
            using var source = new Source(SourceFile);
            Assert.Equal(1, source.Counter(0));
            Array.ForEach(workers, one => one.Dispose());
        }
    }

    [Fact]
    public async Task Holder_that_is_killed_is_replaced_by_exactly_one()
    {
        (IAsyncDisposable server, string address) = await StartServerAsync();
        await using (server)
        {
            using var source = new Source(SourceFile);
            WorkerProcess[] workers = await StartAsync(Math.Min(processes, 4), _ => ["flight", address, SourceFile, "60000", "2"]);

            foreach (WorkerProcess one in workers)
                one.Go();
            await Waiting.UntilAsync(() => source.Counter(1) != 0, "Nobody computes.");
            WorkerProcess holder = workers.Single(one => one.Id == source.Counter(1));
            holder.Kill(); // In the middle of a factory that would take a minute.

            foreach (WorkerProcess one in workers.Where(one => one != holder))
                Assert.Equal(["answers 2"], await one.EndAsync().WaitAsync(TimeSpan.FromSeconds(50)));
            Assert.Equal(2, source.Counter(0));
            Array.ForEach(workers, one => one.Dispose());
        }
    }

    /// <summary>Starts a server for one test.</summary>
    /// <returns>It, and what the worker is told of where it is.</returns>
    protected abstract Task<(IAsyncDisposable Server, string Address)> StartServerAsync();

    /// <summary>Fails if a read violates a guarantee.</summary>
    /// <param name="count">How many processes take part.</param>
    /// <param name="length">How many phases.</param>
    /// <param name="operations">Of each process in each phase.</param>
    /// <param name="options">What is added to the address.</param>
    protected async Task CheckHistoryAsync(int count, int length, int operations, string options = "")
    {
        (IAsyncDisposable server, string address) = await StartServerAsync();
        await using (server)
        {
            (long done, string[] violations) = await RunHistoryAsync(address + options, count, length, operations, "");

            Assert.Empty(violations);
            Assert.Equal((long)count * length * (operations / 4 * 4), done);
        }
    }

    private async Task<(long Operations, string[] Violations)> RunHistoryAsync(string address, int count, int length, int operations, string breakage)
    {
        int seed = Environment.TickCount & 0xFFFFFF;
        WorkerProcess[] workers = await StartAsync(count, index => ["history", address, SourceFile, $"{index}", $"{count}", $"{seed}", $"{length}", $"{operations}", breakage]);
        foreach (WorkerProcess one in workers)
            one.Go();
        string[][] outputs = await Task.WhenAll(workers.Select(one => one.EndAsync()));
        Array.ForEach(workers, one => one.Dispose());
        long done = outputs.Sum(output => long.Parse(output.Single(line => line.StartsWith("done", StringComparison.Ordinal)).Split(' ')[1], CultureInfo.InvariantCulture));
        return (done, [.. outputs.SelectMany(output => output).Where(line => line.StartsWith("violation", StringComparison.Ordinal)).Select(line => $"{line} (seed {seed})")]);
    }

    private async Task<WorkerProcess[]> StartAsync(int count, Func<int, string[]> arguments)
    {
        WorkerProcess[] workers = [.. Enumerable.Range(0, count).Select(index => new WorkerProcess(worker, arguments(index)))];
        foreach (WorkerProcess one in workers)
            await one.ReadyAsync();
        return workers;
    }
}
