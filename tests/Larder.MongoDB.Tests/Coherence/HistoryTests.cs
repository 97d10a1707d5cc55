using Larder.Conformance.Histories;
using Larder.MongoDB.Tests.Servers;
using Larder.MongoDB.Tests.Store;

namespace Larder.MongoDB.Tests.Coherence;

/// <summary>Random histories of several nodes, each with a memory, a store and connections of its own, over servers in this process.</summary>
public sealed class HistoryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("larder-history-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public Task No_read_violates_a_guarantee_in_a_random_history_of_two_nodes() => CheckAsync(nodes: 2, phases: 6, operations: 800, elections: false);

    [Fact]
    public Task No_read_violates_a_guarantee_while_primaries_are_elected() => CheckAsync(nodes: 2, phases: 6, operations: 800, elections: true);

    [Fact]
    [Trait("Category", "Long")]
    [Trait("Long", "mongodb-history")]
    public Task No_read_violates_a_guarantee_in_a_million_operations_of_four_nodes() => CheckAsync(nodes: 4, phases: 50, operations: 5_200, elections: true);

    [Theory]
    [InlineData("push", 12)]
    [InlineData("lease", 25)]
    public async Task History_checker_notices_a_store_without_its(string check, int phases)
    {
        (_, string[] violations) = await RunAsync(nodes: 2, phases, operations: 1_000, elections: false, check);

        Assert.NotEmpty(violations);
    }

    private async Task CheckAsync(int nodes, int phases, int operations, bool elections)
    {
        (long done, string[] violations) = await RunAsync(nodes, phases, operations, elections, "");

        Assert.Empty(violations);
        Assert.Equal((long)nodes * phases * (operations / 4 * 4), done);
    }

    private async Task<(long Operations, string[] Violations)> RunAsync(int nodes, int phases, int operations, bool elections, string breakage)
    {
        int seed = Environment.TickCount & 0xFFFFFF;
        await using var set = new TestReplicaSet();
        using var source = new Source(Path.Combine(_folder, "source"));
        Cache[] caches = [.. Enumerable.Range(0, nodes).Select(_ => Node(set, breakage))];
        using var ended = new CancellationTokenSource();
        Task electing = elections ? ElectAsync(set, ended.Token) : Task.CompletedTask;

        (long Operations, IReadOnlyList<string> Violations)[] results = await Task.WhenAll(caches.Select((cache, index) =>
            new History(cache, source, index, nodes, seed).RunAsync(phases, operations)));

        await ended.CancelAsync();
        await electing;
        foreach (Cache cache in caches)
            await cache.DisposeAsync();
        return (results.Sum(result => result.Operations), [.. results.SelectMany(result => result.Violations).Select(violation => $"{violation} (seed {seed})")]);
    }

    // Some step down, and some die and come back.
    private static async Task ElectAsync(TestReplicaSet set, CancellationToken cancellationToken)
    {
        for (int i = 0; !cancellationToken.IsCancellationRequested; i++)
        {
            await Task.Delay(150, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            MongoServer old = set.StandDown();
            if (i % 2 == 0)
                old.Stop();
            await Task.Delay(10, CancellationToken.None);
            set.Elect(old);
            if (i % 2 == 0)
                old.Start();
        }
    }

    private static Cache Node(TestReplicaSet set, string breakage)
    {
        var store = (CoherentMongoDbStore)TestStores.Make(set.FullAddress, configure: options => options.ServerSelectionTimeout = TimeSpan.FromSeconds(20));
        return Larder.Cache.Create(options =>
        {
            options.DefaultTtl = TimeSpan.FromHours(1);
            options.Store.ReadTimeout = TimeSpan.FromSeconds(30);
            options.Store.WriteTimeout = TimeSpan.FromSeconds(30);
            options.Store.LeaseDuration = TimeSpan.FromSeconds(2);
            options.Store.RecoveryInterval = TimeSpan.FromMilliseconds(50);
            options.Store.CircuitBreak = TimeSpan.FromMilliseconds(500);
            options.UseStore(breakage.Length == 0 ? store : new BrokenStore<CoherentMongoDbStore>(store, breakage));
        });
    }
}
