namespace Larder.Tests;

public sealed class ManualTimeProviderTests
{
    [Fact]
    public void Timers_fire_in_order_at_their_own_moment()
    {
        var time = new ManualTimeProvider();
        var fired = new List<(string, long)>();
        using ITimer late = time.CreateTimer(_ => fired.Add(("late", time.GetTimestamp())), null, TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);
        using ITimer periodic = time.CreateTimer(_ => fired.Add(("tick", time.GetTimestamp())), null, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2));

        time.Advance(TimeSpan.FromSeconds(4));

        Assert.Equal([("tick", TimeSpan.FromSeconds(2).Ticks), ("late", TimeSpan.FromSeconds(3).Ticks), ("tick", TimeSpan.FromSeconds(4).Ticks)], fired);
    }
}
