using Larder.Persistence;

namespace Larder.Tests.Persistence;

public sealed class SnapshotSaverTests : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Folder _folder = new();
    private readonly ManualTimeProvider _time = new();
    private readonly List<SnapshotFailure> _failures = [];

    // Lets a test stop saves at the moment when they ask for the records.
    private readonly SemaphoreSlim _asked = new(0);
    private readonly SemaphoreSlim _released = new(1000);

    private volatile Exception? _failWith;
    private volatile int _value;
    private int _saves;
    private SnapshotSaver? _saver;

    public async ValueTask DisposeAsync()
    {
        _released.Release(1000);
        if (_saver is not null)
            await _saver.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Nothing_is_saved_on_the_interval_when_nothing_changed()
    {
        SnapshotSaver saver = Start();
        _time.Advance(10 * Interval);
        await saver.DisposeAsync();

        Assert.Equal(0, _saves);
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public async Task A_change_is_saved_when_the_interval_has_passed_and_only_once()
    {
        SnapshotSaver saver = Start();
        Change(1);
        Assert.True(saver.HasChanges);
        _time.Advance(Interval - TimeSpan.FromTicks(1));
        Assert.Equal(0, Volatile.Read(ref _saves));

        _time.Advance(TimeSpan.FromTicks(1));
        await Asked();
        await Idle(saver);
        Assert.False(saver.HasChanges);
        _time.Advance(5 * Interval);
        await saver.DisposeAsync();

        Assert.Equal(1, _saves);
        Assert.Equal([("value", "1")], _folder.Read().Records);
    }

    [Fact]
    public async Task A_save_on_demand_needs_no_change_and_no_interval()
    {
        SnapshotSaver saver = Start(interval: Timeout.InfiniteTimeSpan);
        _value = 5;

        SnapshotSaveResult result = await saver.SaveAsync(default);

        Assert.Equal(1, result.Records);
        await saver.DisposeAsync();
        Assert.Equal(1, _saves);
        Assert.Equal([("value", "5")], _folder.Read().Records);
    }

    [Fact]
    public async Task What_changed_is_saved_on_dispose()
    {
        SnapshotSaver saver = Start();
        Change(7);

        await saver.DisposeAsync();
        await saver.DisposeAsync();

        Assert.Equal(1, _saves);
        Assert.Equal([("value", "7")], _folder.Read().Records);
    }

    [Fact]
    public void Dispose_without_async_saves_too()
    {
        SnapshotSaver saver = Start();
        Change(7);

        saver.Dispose();

        Assert.Equal([("value", "7")], _folder.Read().Records);
    }

    [Fact]
    public async Task Many_who_ask_at_once_share_the_running_save_or_one_after_it()
    {
        SnapshotSaver saver = Start();
        Hold();
        Change(1);
        Task<SnapshotSaveResult> first = saver.SaveAsync(default).AsTask();
        await Asked();

        // The first save has read its records, or will without this change.
        Change(2);
        Task<SnapshotSaveResult>[] later = [.. Enumerable.Range(0, 100).Select(_ => saver.SaveAsync(default).AsTask())];
        _released.Release(2);
        await first.WaitAsync(Patience);
        await Task.WhenAll(later).WaitAsync(Patience);

        Assert.Equal(2, _saves);
        Assert.Equal([("value", "2")], ReadNow());
    }

    [Fact]
    public async Task Who_changed_nothing_since_a_save_began_joins_it()
    {
        SnapshotSaver saver = Start();
        Hold();
        Change(1);
        Task<SnapshotSaveResult> first = saver.SaveAsync(default).AsTask();
        await Asked();

        Task<SnapshotSaveResult> second = saver.SaveAsync(default).AsTask();
        _released.Release(1);

        Assert.Same(await first.WaitAsync(Patience), await second.WaitAsync(Patience));
        Assert.Equal(1, _saves);
    }

    [Fact]
    public async Task A_change_during_a_save_is_saved_by_the_next_interval()
    {
        SnapshotSaver saver = Start();
        Hold();
        Change(1);
        _time.Advance(Interval);
        await Asked();
        Change(2);
        _time.Advance(Interval); // this tick finds a save under way
        _released.Release(1);
        await Idle(saver, changes: true);

        _time.Advance(Interval);
        await Asked();
        _released.Release(1);
        await Idle(saver);

        Assert.Equal(2, _saves);
        Assert.Equal([("value", "2")], ReadNow());
    }

    [Fact]
    public async Task A_caller_who_stops_waiting_leaves_the_save_to_the_others()
    {
        SnapshotSaver saver = Start();
        Hold();
        using var impatience = new CancellationTokenSource();
        Change(1);
        Task<SnapshotSaveResult> patient = saver.SaveAsync(default).AsTask();
        await Asked();
        Task<SnapshotSaveResult> impatient = saver.SaveAsync(impatience.Token).AsTask();

        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        _released.Release(1);

        Assert.Equal(1, (await patient.WaitAsync(Patience)).Records);
    }

    [Fact]
    public async Task A_cancelled_caller_starts_nothing()
    {
        SnapshotSaver saver = Start();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await saver.SaveAsync(new CancellationToken(canceled: true)));

        await saver.DisposeAsync();
        Assert.Equal(0, _saves);
    }

    [Fact]
    public async Task A_save_on_demand_that_fails_throws_and_the_next_one_works()
    {
        SnapshotSaver saver = Start();
        _failWith = new IOException("No space left on device");

        var e = await Assert.ThrowsAsync<SnapshotException>(async () => await saver.SaveAsync(default));
        Assert.Contains("No space left on device", e.Message);
        Assert.True(saver.HasChanges);
        SnapshotFailure failure = Assert.Single(_failures);
        Assert.Equal((_folder.Snapshot, SnapshotTrigger.Demand, 1), (failure.Path, failure.Trigger, failure.InARow));
        Assert.Same(e, failure.Error);

        _failWith = null;
        Assert.Equal(1, (await saver.SaveAsync(default)).Records);
    }

    [Fact]
    public async Task A_save_on_the_interval_that_fails_is_reported_and_tried_again_by_the_next()
    {
        SnapshotSaver saver = Start();
        _failWith = new IOException("No space left on device");
        Change(1);
        for (int i = 0; i < 3; i++)
        {
            _time.Advance(Interval);
            await Asked();
            await Idle(saver, changes: true);
        }

        Assert.Equal([1, 2, 3], _failures.Select(f => f.InARow));
        Assert.All(_failures, f => Assert.Equal(SnapshotTrigger.Interval, f.Trigger));

        _failWith = null;
        _time.Advance(Interval);
        await Asked();
        await Idle(saver);
        _failWith = new IOException("again");
        await Assert.ThrowsAsync<SnapshotException>(async () => await saver.SaveAsync(default));

        Assert.Equal(1, _failures[^1].InARow);
        _failWith = null;
        Assert.Equal([("value", "1")], ReadNow());
    }

    [Fact]
    public async Task A_failure_on_dispose_is_reported_and_the_file_is_given_up()
    {
        SnapshotSaver saver = Start();
        Change(1);
        _failWith = new IOException("No space left on device");

        await saver.DisposeAsync();

        Assert.Equal(SnapshotTrigger.Dispose, Assert.Single(_failures).Trigger);
        using SnapshotFile next = _folder.Open();
    }

    [Fact]
    public async Task A_report_that_throws_ends_nothing()
    {
        SnapshotSaver saver = Start(onFailure: _ => throw new FormatException("the report"));
        _failWith = new IOException("the save");

        var e = await Assert.ThrowsAsync<AggregateException>(async () => await saver.SaveAsync(default));
        Assert.Equal(["SnapshotException", "FormatException"], e.InnerExceptions.Select(i => i.GetType().Name));

        _failWith = null;
        Assert.Equal(1, (await saver.SaveAsync(default)).Records);
    }

    [Fact]
    public async Task Dispose_waits_for_the_saves_that_were_asked_for()
    {
        SnapshotSaver saver = Start();
        Hold();
        Change(1);
        Task<SnapshotSaveResult> first = saver.SaveAsync(default).AsTask();
        await Asked();
        Change(2);
        Task<SnapshotSaveResult> second = saver.SaveAsync(default).AsTask();

        Task disposal = saver.DisposeAsync().AsTask();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await saver.SaveAsync(default));
        Assert.False(disposal.IsCompleted);
        _released.Release(10);
        await disposal.WaitAsync(Patience);

        Assert.True(first.IsCompletedSuccessfully && second.IsCompletedSuccessfully);
        Assert.Equal(2, _saves);
        Assert.Equal([("value", "2")], _folder.Read().Records);
    }

    [Fact]
    public async Task Whoever_is_answered_finds_what_they_changed_in_the_file()
    {
        // Writers on all sides: after each answer, the file holds the caller's own last number or a later one.
        using SnapshotFile file = _folder.Open();
        int[] numbers = new int[4];
        var saver = new SnapshotSaver(file, () => [.. numbers.Select((_, i) => Folder.Record($"{i}", $"{Volatile.Read(ref numbers[i])}"))], TimeSpan.FromMilliseconds(1), TimeProvider.System, _failures.Add);
        await Task.WhenAll(Enumerable.Range(0, numbers.Length).Select(i => Task.Run(async () =>
        {
            for (int n = 1; n <= 100; n++)
            {
                Volatile.Write(ref numbers[i], n);
                saver.MarkChanged();
                await saver.SaveAsync(default);
                Dictionary<string, string> found = Folder.Read(file).Records.ToDictionary();
                Assert.True(int.Parse(found[$"{i}"]) >= n, $"{found[$"{i}"]} was found after {n} was acknowledged");
            }
        }))).WaitAsync(Patience);
        await saver.DisposeAsync();

        Assert.Empty(_failures);
    }

    private SnapshotSaver Start(TimeSpan? interval = null, Action<SnapshotFailure>? onFailure = null)
    {
        SnapshotFile file = _folder.Open(_time);
        return _saver = new SnapshotSaver(file, Records, interval ?? Interval, _time, onFailure ?? _failures.Add);
    }

    private void Change(int value)
    {
        _value = value;
        _saver!.MarkChanged();
    }

    private IEnumerable<SnapshotRecord> Records()
    {
        Interlocked.Increment(ref _saves);
        int value = _value;
        _asked.Release();
        Assert.True(_released.Wait(Patience));
        return _failWith is { } e ? Failing(e) : [Folder.Record("value", value.ToString())];
    }

    // Fails as a disk does: while the records are being written.
    private static IEnumerable<SnapshotRecord> Failing(Exception e)
    {
        yield return Folder.Record("value", "never");
        throw e;
    }

    // From now on a save waits, with its records read, until it is released.
    private void Hold()
    {
        while (_released.Wait(0))
        {
        }
    }

    private async Task Asked() => Assert.True(await _asked.WaitAsync(Patience));

    // Until no save is under way.
    private static async Task Idle(SnapshotSaver saver, bool changes = false)
    {
        await saver.Idle().WaitAsync(Patience);
        Assert.Equal(changes, saver.HasChanges);
    }

    private List<(string, string)> ReadNow()
    {
        _saver!.Dispose();
        return _folder.Read().Records;
    }
}
