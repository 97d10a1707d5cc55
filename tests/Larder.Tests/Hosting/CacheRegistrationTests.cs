using Larder.Stores;
using Larder.Tests.Stores;
using Microsoft.Extensions.DependencyInjection;

namespace Larder.Tests.Hosting;

public sealed class CacheRegistrationTests
{
    [Fact]
    public async Task A_store_whose_cache_cannot_be_made_is_disposed()
    {
        var store = new InMemoryStore();
        await using ServiceProvider provider = new ServiceCollection().AddLarder().UseStore(_ => new CannotBeObserved(store)).Services.BuildServiceProvider();

        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(provider.GetRequiredService<ICache>);

        Assert.Equal("Nobody may watch.", exception.Message);
        Assert.False(store.IsConnected);
    }

    private sealed class CannotBeObserved(InMemoryStore inner) : StoreDecorator(inner)
    {
        public override IDisposable Observe(IStoreObserver observer) => throw new InvalidOperationException("Nobody may watch.");
    }
}
