using Larder.Memoize.Tests.Subjects;

namespace Larder.Memoize.Tests.Behaviour;

public sealed class TenancyTests : IAsyncDisposable
{
    private readonly Cache _cache = Cache.Create();

    public ValueTask DisposeAsync() => _cache.DisposeAsync();

    [Fact]
    public async Task Marked_parameter_that_converts_to_a_context_chooses_the_partition()
    {
        var reports = new SessionReports(_cache);
        var ada = new Session("ada", "north");
        string first = await reports.GetAsync(1, ada);

        Assert.Same(first, await reports.GetAsync(1, ada));
        Assert.Equal("1 ben", await reports.GetAsync(1, new Session("ben", "north")));

        await reports.SaveAsync(1, new UserContext("ada", "north"));
        Assert.False(reports.Memoized.GetAsync.TryGet(1, ada, out _));
        Assert.True(reports.Memoized.GetAsync.TryGet(1, new Session("ben", "north"), out _));
    }

    [Fact]
    public void Member_chooses_the_partition()
    {
        Assert.Equal("1 north", new MemberReports(_cache, new UserContext(null, "north")).Get(1));
        Assert.Equal("1 south", new MemberReports(_cache, new UserContext(null, "south")).Get(1));
        var again = new MemberReports(_cache, new UserContext("ada", "north"));
        Assert.Equal("1 north", again.Get(1));
        Assert.Equal(0, again.Calls);
        again.Memoized.Get.Clear();
        Assert.False(again.Memoized.Get.TryGet(1, out _));
    }

    [Fact]
    public void Ambient_context_chooses_the_partition()
    {
        var reports = new AmbientReports(_cache);
        using (UserContext.Use(new UserContext("ada")))
            Assert.Equal("1 ada", reports.Get(1));
        using (UserContext.Use(new UserContext("ben")))
            Assert.Equal("1 ben", reports.Get(1));
        using (UserContext.Use(new UserContext("ada")))
            Assert.Equal("1 ada", reports.Get(1));
        Assert.Equal(2, reports.Calls);
    }

    [Fact]
    public void Without_a_context_the_call_is_refused()
    {
        var reports = new AmbientReports(_cache);

        var error = Assert.Throws<InvalidOperationException>(() => reports.Get(1));

        Assert.Contains("AmbientReports.Get", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, reports.Calls);
    }

    [Fact]
    public void Global_scope_is_shared_whatever_handle_is_given()
    {
        var ofAda = new AmbientReports(_cache.For(new UserContext("ada")));
        string fact = ofAda.Fact(1);

        Assert.Same(fact, new AmbientReports(_cache).Fact(1));
        Assert.Same(fact, new AmbientReports(_cache.For(new UserContext("ben"))).Fact(1));
    }

    [Fact]
    public void Ten_thousand_contexts_keep_apart()
    {
        for (int round = 0; round < 2; round++)
        {
            for (int i = 0; i < 10_000; i += 7)
                Assert.Equal($"1 org{i}", new MemberReports(_cache, new UserContext("u", $"org{i}")).Get(1));
        }
    }

    [Fact]
    public void Handle_given_as_the_cache_keeps_its_partition()
    {
        var north = new Calculator(_cache.For(new UserContext("ada")));
        var south = new Calculator(_cache.For(new UserContext("ben")));
        north.Square(3);
        south.Square(3);

        Assert.Equal((1, 1), (north.Calls, south.Calls));
    }
}
