using Larder.Sqlite.Tests.Processes;
using Larder.Sqlite.Tests.Store;

namespace Larder.Sqlite.Tests.Files;

/// <summary>Another process that holds the file is waited for, and told of when it takes too long.</summary>
public sealed class LockTests : IDisposable
{
    private static readonly byte[] Value = [1, 2, 3];
    private readonly TemporaryDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task Write_waits_until_another_process_is_done()
    {
        await using SqliteStore store = _database.Open();
        await store.SetAsync("key", Value, null, default);
        using var holder = new WorkerProcess("lock", _database.Path);
        Assert.Equal("locked", holder.ReadLine());

        Task write = store.SetAsync("key", new byte[] { 4 }, null, default).AsTask();
        Assert.Equal(Value, (await store.GetAsync("key", default))!.Value.ToArray()); // Reads wait for nobody.
        Assert.False(write.IsCompleted);
        holder.Go();

        await write.Soon();
        Assert.Equal([4], (await store.GetAsync("key", default))!.Value.ToArray());
    }

    [Fact]
    public async Task Write_fails_clearly_when_the_file_stays_locked()
    {
        await using SqliteStore store = _database.Open(options => options.BusyTimeout = TimeSpan.FromMilliseconds(100));
        await store.SetAsync("key", Value, null, default);
        using var holder = new WorkerProcess("lock", _database.Path);
        Assert.Equal("locked", holder.ReadLine());

        SqliteStoreException error = await Assert.ThrowsAsync<SqliteStoreException>(() => store.SetAsync("key", new byte[] { 4 }, null, default).AsTask().Soon());

        Assert.Equal(SqliteFailure.Locked, error.Failure);
        Assert.Contains(_database.Path, error.Message, StringComparison.Ordinal);
        Assert.Contains("BusyTimeout", error.Message, StringComparison.Ordinal);
        Assert.True(store.Statistics.LockTimeouts > 0);
        holder.Go();
        holder.End();
        await store.SetAsync("key", new byte[] { 5 }, null, default);
        Assert.Equal([5], (await store.GetAsync("key", default))!.Value.ToArray());
    }

    [Fact]
    public async Task Write_that_waits_for_a_lock_can_be_cancelled_and_does_not_happen()
    {
        await using SqliteStore store = _database.Open();
        await store.SetAsync("key", Value, null, default);
        using var holder = new WorkerProcess("lock", _database.Path);
        Assert.Equal("locked", holder.ReadLine());
        using var cancellation = new CancellationTokenSource();

        Task write = store.SetAsync("key", new byte[] { 4 }, null, cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write.Soon());
        holder.Go();
        holder.End();

        await store.SetAsync("other", new byte[] { 5 }, null, default);
        Assert.Equal(Value, (await store.GetAsync("key", default))!.Value.ToArray());
    }
}
