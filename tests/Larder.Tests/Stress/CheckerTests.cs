namespace Larder.Tests.Stress;

/// <summary>The checker can fail: shown a cache with a mistake, it finds the mistake.</summary>
[Collection(StressCollection.Name)]
public sealed class CheckerTests
{
    [Fact]
    public async Task A_cache_without_flights_breaks_G1() => Assert.Contains("G1", await FindAsync(Mistakes.NoFlights));

    [Fact]
    public async Task A_cache_that_keeps_what_was_invalidated_meanwhile_breaks_G3()
    {
        HashSet<string> found = await FindAsync(Mistakes.NoVoiding);

        Assert.Contains("G3", found);
        Assert.DoesNotContain("G1", found);
    }

    [Fact]
    public async Task A_cache_whose_callers_join_a_flight_from_before_their_invalidation_breaks_G3() =>
        Assert.Contains("G3", await FindAsync(Mistakes.JoinsVoided));

    [Fact]
    public async Task A_cache_that_removes_after_it_said_so_breaks_G2_on_real_threads()
    {
        var found = new HashSet<string>();
        for (int seed = 0; seed < 300 && !found.Contains("G2"); seed++)
        {
            RunPlan plan = Plain(seed) with { Clients = 4, OperationsPerClient = 100 };
            found.UnionWith((await ThreadedRun.RunAsync(plan, static () => new NaiveCache(Mistakes.LateRemoval))).Violations.Select(static violation => violation.Guarantee));
        }

        Assert.Contains("G2", found);
    }

    [Fact]
    public async Task A_cache_without_a_bound_breaks_G5() => Assert.Contains("G5", await FindAsync(Mistakes.None, bound: 1));

    [Fact]
    public async Task A_cache_without_mistakes_breaks_nothing() => Assert.Empty(await FindAsync(Mistakes.None));

    private static RunPlan Plain(int seed) => RunPlan.Of(Topology.MemoryOnly, seed) with { Expires = false, Grace = false, Keys = 3 };

    private static async Task<HashSet<string>> FindAsync(Mistakes mistakes, int? bound = null)
    {
        var found = new HashSet<string>();
        await StressTests.OnThreadOfItsOwn(() =>
        {
            var quiescence = new Quiescence();
            for (int seed = 0; seed < 100; seed++)
            {
                ControlledRun.Result result = ControlledRun.Run(Plain(seed) with { MaxEntries = bound }, quiescence, () => new NaiveCache(mistakes));
                found.UnionWith(result.Violations.Select(static violation => violation.Guarantee));
            }
        });
        return found;
    }
}
