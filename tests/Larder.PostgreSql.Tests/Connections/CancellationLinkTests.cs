using Larder.PostgreSql.Connections;

namespace Larder.PostgreSql.Tests.Connections;

public sealed class CancellationLinkTests
{
    [Theory]
    [InlineData(typeof(ObjectDisposedException))]
    [InlineData(typeof(NullReferenceException))]
    public async Task Cancels_with_the_other_and_keeps_its_owner_from_a_connection_that_broke(Type thrown)
    {
        using var outer = new CancellationTokenSource();
        await using var link = new CancellationLink(outer.Token);
        bool told = false;
        link.Token.Register(() => throw (Exception)Activator.CreateInstance(thrown, "connector")!);
        link.Token.Register(() => told = true);

        await outer.CancelAsync();

        Assert.True(link.Token.IsCancellationRequested);
        Assert.True(told);
    }

    [Fact]
    public async Task Other_errors_reach_who_cancels()
    {
        using var outer = new CancellationTokenSource();
        await using var link = new CancellationLink(outer.Token);
        link.Token.Register(() => throw new InvalidOperationException("a bug"));

        await Assert.ThrowsAsync<AggregateException>(outer.CancelAsync);
    }

    [Fact]
    public async Task Nothing_is_made_for_what_cannot_be_cancelled()
    {
        await using var link = new CancellationLink(CancellationToken.None);

        Assert.False(link.Token.CanBeCanceled);
    }
}
