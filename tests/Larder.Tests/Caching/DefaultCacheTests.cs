namespace Larder.Tests.Caching;

/// <summary>Which cache code gets that was given none. Each test has a default of its own, not the process's.</summary>
public sealed class DefaultCacheTests
{
    private readonly DefaultCache _default = new();

    [Fact]
    public void Without_anything_it_is_one_in_memory_and_stays_the_same() => Assert.Same(_default.Value, _default.Value);

    [Fact]
    public void Configured_one_goes_before_a_hosts()
    {
        using Cache hosts = Cache.Create();
        using Cache configured = _default.Configure(o => o.Name = "configured");
        _default.Offer(this, () => hosts);

        Assert.Same(configured, _default.Value);
    }

    [Fact]
    public void Configuring_twice_or_too_late_is_refused()
    {
        _default.Configure(_ => { });
        Assert.Contains("configured already", Assert.Throws<InvalidOperationException>(() => _default.Configure(_ => { })).Message, StringComparison.Ordinal);

        var used = new DefaultCache();
        Assert.NotNull(used.Value);
        Assert.Contains("in use already", Assert.Throws<InvalidOperationException>(() => used.Configure(_ => { })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Hosts_cache_is_used_while_the_host_lives()
    {
        Cache own = _default.Value;
        Cache hosts = Cache.Create();
        _default.Offer(this, () => hosts);
        Assert.Same(hosts, _default.Value);

        hosts.Dispose();
        Assert.Same(own, _default.Value);
    }

    [Fact]
    public void Withdrawn_offer_gives_way_to_the_one_before()
    {
        using Cache first = Cache.Create();
        using Cache second = Cache.Create();
        object other = new();
        _default.Offer(this, () => first);
        _default.Offer(other, () => second);
        Assert.Same(second, _default.Value);

        _default.Withdraw(other);
        Assert.Same(first, _default.Value);
    }

    [Fact]
    public void Host_that_is_gone_is_passed_over()
    {
        _default.Offer(this, () => throw new ObjectDisposedException("provider"));

        Assert.NotNull(_default.Value);
    }

    [Fact]
    public void Disposed_default_is_replaced()
    {
        Cache first = _default.Value;
        first.Dispose();

        Assert.NotSame(first, _default.Value);
        Assert.True(_default.Value.GetOrSet("key", static _ => true));
    }
}
