using System.Text.RegularExpressions;

namespace Larder.Repository.Tests;

/// <summary>Types <c>./demo</c>, as a newcomer does, and looks at what it shows.</summary>
public sealed class DemoTests(DemoTests.Demo demo) : IClassFixture<DemoTests.Demo>
{
    public sealed class Demo : IAsyncLifetime
    {
        public string Output { get; private set; } = "";

        public async ValueTask InitializeAsync() => Output = await Clone.RunAsync(Path.Combine(Clone.Root, "demo"));

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(@"second read +\d+\.\d\d ms   hit, from the cache: Lamp, 29\.90")]
    [InlineData(@"again: that there is none is cached as well .* hit, from the cache: \(no such thing\)")]
    [InlineData(@"callers want product:2 at once .* the source was asked once")]
    [InlineData(@"read product:1: the new price .* miss, from the source: Lamp, 24\.90")]
    [InlineData(@"read product:1: gone .* miss, from the source: \(no such thing\)")]
    [InlineData(@"read products 2 to 5 in one call .* 2 from the cache, 2 from the source")]
    [InlineData(@"read user:1: it had expired .* miss, from the source: Ada")]
    [InlineData(@"keep it for an hour instead .* (3600\.00|3599\.\d\d) s left")]
    [InlineData(@"read user:1: still there .* hit, from the cache: Ada")]
    [InlineData(@"remove user:\* .* 3 entries removed")]
    [InlineData(@"read the products: untouched .* 2 from the cache, 0 from the source")]
    [InlineData(@"read the users: all gone .* 0 from the cache, 3 from the source")]
    [InlineData(@"the source fails twice; up to 3 retries .* asked 3 times: Rug, 74\.00")]
    [InlineData(@"the source is down: the stale value serves .* Clock, 39\.90")]
    [InlineData(@"50 ms is our patience .* Clock, 39\.90")]
    [InlineData(@"the source is down and nothing is cached .* IOException: The source is down\.")]
    public void Tour_shows(string line) => Assert.Matches(new Regex(line, RegexOptions.None, TimeSpan.FromSeconds(10)), demo.Output);

    [Theory]
    [InlineData(@"ada of acme asks for London .* miss +London, 16 degrees, clear")]
    [InlineData(@"ben, of the same organization, with another trace .* hit +London, 16 degrees, clear")]
    [InlineData(@"eve of umbrella shares nothing with them .* miss +London, 16 degrees, cloudy")]
    [InlineData(@"ada sees the correction .* miss +London, 31 degrees, hot")]
    [InlineData(@"eve's is still cached .* hit +London, 16 degrees, cloudy")]
    [InlineData(@"RemoveAsync\(""Paris"", ada\): removed")]
    [InlineData(@"10 reads, 6 calls of the service")]
    public void Memoize_shows(string line) => Assert.Matches(new Regex(line, RegexOptions.None, TimeSpan.FromSeconds(10)), demo.Output);

    [Theory]
    [InlineData(@"This is a replay of a recorded session, no model is asked")]
    [InlineData(@"## problem +\(replayed, ")]
    [InlineData(@"Use Redis as a cache beside the API")]
    [InlineData(@"\*\*Data tier:\*\* Redis holds one string per call")]
    [InlineData(@"\*\*Acceptance criteria:\*\*")]
    [InlineData(@"CACHE_TIMEOUT = timedelta\(days=30\)")]
    [InlineData(@"class ApiCacheTests\(unittest\.IsolatedAsyncioTestCase\)")]
    [InlineData(@"0 answers replayed: 0 \+ 0 tokens, 0\.00 s\. 5 answers from the cache")]
    public void Pair_programmer_shows(string line) => Assert.Matches(new Regex(line, RegexOptions.None, TimeSpan.FromSeconds(10)), demo.Output);

    [Fact]
    public void First_process_pays_for_every_call_and_the_second_for_none()
    {
        Assert.Matches(@"6 requests in \d+\.\d\d ms; this process paid for every one of them", demo.Output);
        Assert.Matches(@"6 requests in \d+\.\d\d ms; this process paid for none of them", demo.Output);
    }

    [Fact]
    public void Demo_ends_with_what_the_cache_saved()
    {
        string table = demo.Output[demo.Output.LastIndexOf("== What the cache saved", StringComparison.Ordinal)..];

        Assert.Matches(@"sample +calls +hits +hit ratio +with cache +without", table);
        Assert.Matches(@"Tour +\d+ +\d+ +\d+ % +\d+ ms +\d+ ms", table);
        Assert.Matches(@"Memoize +10 +\d+ +\d+ % +\d+ ms +\d+ ms", table);
        Assert.Matches(@"PairProgrammer, first run +5 +0 +0 % +\d+ ms +\d+ ms", table);
        Assert.Matches(@"PairProgrammer, second run +5 +5 +100 % +\d+ ms +\d+ ms", table);
        Assert.Matches(@"ExpensiveApi, first process +6 +0 +0 % +\d+ ms +\d+ ms", table);
        Match second = Regex.Match(table, @"ExpensiveApi, second process +6 +6 +100 % +(?<with>\d+) ms +(?<without>\d+) ms", RegexOptions.None, TimeSpan.FromSeconds(10));
        Assert.True(second.Success, table);
        Assert.True(int.Parse(second.Groups["with"].Value) * 2 < int.Parse(second.Groups["without"].Value), $"The cache saved too little:\n{table}");
    }
}
