using Larder.Stores;

namespace Larder.Conformance;

/// <summary>What a coherent store tells when its connection breaks and comes back.</summary>
public abstract class ReconnectConformance : ConformanceTest
{
    private readonly RecordingObserver _observer = new();
    private ICacheStore _watcher = null!;
    private ICacheStore _writer = null!;
    private IDisposable _observation = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _watcher = await ConnectAsync();
        _writer = await ConnectAsync();
        _observation = Assert.IsType<ICoherentStore>(_watcher, exactMatch: false).Observe(_observer);
    }

    public override async ValueTask DisposeAsync()
    {
        _observation.Dispose();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Breaks the connection of one store, as a network does, so that it stays broken.</summary>
    protected abstract Task DropAsync(ICacheStore store);

    /// <summary>Lets the store connect again.</summary>
    protected abstract Task RestoreAsync(ICacheStore store);

    [Fact]
    public async Task Lost_connection_is_told_and_so_is_its_return()
    {
        await _watcher.GetAsync("key", default);
        Assert.Equal(0, _observer.CountLost());

        await DropAsync(_watcher);
        await EventuallyAsync(() => new(_observer.CountLost() == 1), "The loss was not told.");
        Assert.Equal(0, _observer.CountRestored());

        await RestoreAsync(_watcher);
        await EventuallyAsync(() => new(_observer.CountRestored() == 1), "The return was not told.");
    }

    [Fact]
    public async Task Calls_fail_without_a_connection_and_succeed_when_it_is_back()
    {
        await _writer.SetAsync("key", Text("old"), null, default);
        await DropAsync(_watcher);
        await EventuallyAsync(() => new(_observer.CountLost() > 0), "The loss was not told.");

        await Assert.ThrowsAnyAsync<Exception>(() => _watcher.GetAsync("key", default).AsTask().WaitAsync(Patience));
        await _writer.SetAsync("key", Text("new"), null, default);

        await RestoreAsync(_watcher);
        await EventuallyAsync(() => new(_observer.CountRestored() > 0), "The return was not told.");
        await AssertHoldsAsync(_watcher, "key", Text("new"));
    }

    [Fact]
    public async Task Changes_are_told_again_after_the_return()
    {
        await DropAsync(_watcher);
        await EventuallyAsync(() => new(_observer.CountLost() > 0), "The loss was not told.");
        await RestoreAsync(_watcher);
        await EventuallyAsync(() => new(_observer.CountRestored() > 0), "The return was not told.");
        await _watcher.GetAsync("key", default);
        int before = _observer.CountChanged("key");

        await _writer.SetAsync("key", Text("new"), null, default);

        await EventuallyAsync(() => new(_observer.CountChanged("key") > before), "Nothing was told after the return.");
    }
}
