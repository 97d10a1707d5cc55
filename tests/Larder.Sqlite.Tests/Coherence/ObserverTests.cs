using Larder.Conformance;
using Larder.Sqlite.Files;
using Larder.Sqlite.Tests.Store;

namespace Larder.Sqlite.Tests.Coherence;

/// <summary>What is written down for observers, and what they are told when something of it is missing.</summary>
public sealed class ObserverTests : IAsyncLifetime
{
    private readonly TemporaryDatabase _database = new();
    private readonly RecordingObserver _observer = new();
    private SqliteStore _watcher = null!;
    private SqliteStore _writer = null!;

    public async ValueTask InitializeAsync()
    {
        _watcher = _database.Open();
        _writer = _database.Open();
        await _writer.SetAsync("key", new byte[1], null, default);
    }

    public async ValueTask DisposeAsync()
    {
        await _watcher.DisposeAsync();
        await _writer.DisposeAsync();
        _database.Dispose();
    }

    [Fact]
    public async Task Nothing_is_written_down_while_nobody_else_listens()
    {
        await _writer.SetAsync("key", new byte[2], null, default);
        Assert.Equal(0, Number("SELECT count(*) FROM change"));

        using IDisposable own = _writer.Observe(new RecordingObserver());
        await _writer.GetAsync("key", default);
        await _writer.SetAsync("key", new byte[3], null, default);
        Assert.Equal(0, Number("SELECT count(*) FROM change"));

        using IDisposable observation = _watcher.Observe(_observer);
        await _watcher.GetAsync("key", default);
        await _writer.SetAsync("key", new byte[4], null, default);
        await Waiting.UntilAsync(() => _observer.CountChanged("key") == 1, "The change was not told.");
    }

    [Fact]
    public async Task Own_changes_are_not_told()
    {
        using IDisposable observation = _watcher.Observe(_observer);
        using IDisposable other = _writer.Observe(new RecordingObserver());
        await _watcher.GetAsync("key", default);
        await _writer.GetAsync("key", default);

        await _watcher.SetAsync("key", new byte[2], null, default);
        await _watcher.BumpEpochAsync("name", default);
        await _writer.SetAsync("fence", new byte[1], null, default);

        await Waiting.UntilAsync(() => _observer.CountChanged("fence") == 1, "The other's change was not told.");
        Assert.Equal((0, 0), (_observer.CountChanged("key"), _observer.CountEpochChanged("name")));
    }

    [Theory]
    [InlineData("DELETE FROM observer")]
    [InlineData("UPDATE state SET pruned = pruned + 1000000")]
    public async Task Observer_that_may_have_missed_something_is_told_so_and_goes_on(string sql)
    {
        using IDisposable observation = _watcher.Observe(_observer);
        await _watcher.GetAsync("key", default);
        Assert.Equal((0, 0), (_observer.CountLost(), _observer.CountRestored()));

        Execute(sql); // As when it was silent for too long, and when it did not look for too long.

        await Waiting.UntilAsync(() => _observer.CountLost() == 1 && _observer.CountRestored() == 1, "It was not told.");
        int before = _observer.CountChanged("key");
        await _watcher.GetAsync("key", default);
        await _writer.SetAsync("key", new byte[2], null, default);
        await Waiting.UntilAsync(() => _observer.CountChanged("key") > before, "Changes are not told any more.");
        Assert.Equal(1, _watcher.Statistics.Reverifications);
    }

    [Fact]
    public async Task Thousands_of_changes_between_two_looks_are_all_told_in_order()
    {
        using IDisposable observation = _watcher.Observe(_observer);
        await _watcher.GetAsync("key", default);
        string[] keys = [.. Enumerable.Range(0, 3000).Select(i => $"key:{i}")];

        await Task.WhenAll(keys.Select(key => _writer.SetAsync(key, new byte[1], null, default).AsTask()));

        await Waiting.UntilAsync(() => keys.All(key => _observer.CountChanged(key) == 1), "Not all was told, or something twice.");
        Assert.Equal(0, _observer.CountLost());
    }

    [Fact]
    public async Task Whoever_ends_is_no_observer_any_more_and_what_it_did_not_read_is_dropped()
    {
        using (_watcher.Observe(_observer))
        {
            await _watcher.GetAsync("key", default);
            Assert.Equal(1, Number("SELECT count(*) FROM observer"));
        }

        await _watcher.DisposeAsync();

        Assert.Equal(0, Number("SELECT count(*) FROM observer"));
        await Waiting.UntilAsync(() => Number("SELECT count(*) FROM change") == 0, "The changes are still there.");
    }

    private long Number(string sql)
    {
        using Connection connection = _database.Connect();
        return connection.Number(sql);
    }

    private void Execute(string sql)
    {
        using Connection connection = _database.Connect();
        connection.Execute(sql);
    }
}
