using Larder.Conformance.Processes;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Worker;

namespace Larder.Redis.Tests.Processes;

public sealed class ProcessesTests() : ProcessesConformance(typeof(CoherenceRun).Assembly.Location, processes: 8, phases: 10)
{
    [Fact]
    public Task Nor_in_one_of_two_processes_with_three_connections_each() => CheckHistoryAsync(2, 5, 1_000, "?connectionsPerServer=3");

    [Fact]
    [Trait("Category", "Long")]
    [Trait("Long", "redis-history")]
    public Task No_read_violates_a_guarantee_in_a_million_operations_of_four_processes() => CheckHistoryAsync(4, 50, 5_200);

    // How long it takes is measured by ./bench coherence, with the same code.
    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public async Task Every_write_is_dropped_by_the_memory_of_every_other_process(int count)
    {
        await using RedisServer server = await RedisServer.StartAsync();
        using CoherenceRun run = await CoherenceRun.StartAsync(server.Address, count, keys: 50);
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
        using var worker = new WorkerProcess(typeof(CoherenceRun).Assembly.Location, "no such work", "127.0.0.1:1", SourceFile);
        await worker.ReadyAsync();
        worker.Go();

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => worker.EndAsync().Soon());

        Assert.Contains("There is no work 'no such work'.", error.Message);
        Assert.Contains("exit code 2", error.Message);
    }

    protected override async Task<(IAsyncDisposable Server, string Address)> StartServerAsync()
    {
        RedisServer server = await RedisServer.StartAsync();
        return (server, server.Address);
    }
}
