using Larder.Conformance;
using Larder.Sqlite.Tests.Store;

namespace Larder.Sqlite.Tests.Files;

/// <summary>A damaged file is moved aside, reported and replaced; what is none of ours is left alone.</summary>
public sealed class DamageTests : IDisposable
{
    private static readonly byte[] Value = [1, 2, 3];
    private readonly TemporaryDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task File_that_is_no_database_is_moved_aside_and_replaced()
    {
        byte[] garbage = [.. Enumerable.Range(0, 20_000).Select(i => (byte)(i * 31))];
        await File.WriteAllBytesAsync(_database.Path, garbage);

        await using SqliteStore store = _database.Open();
        Assert.Null(await store.GetAsync("key", default));
        await store.SetAsync("key", Value, null, default);

        Assert.Equal(Value, (await store.GetAsync("key", default))!.Value.ToArray());
        Assert.Equal(garbage, await File.ReadAllBytesAsync(Assert.Single(_database.Aside)));
        Assert.Equal(1, store.Statistics.FilesReplaced);
    }

    [Fact]
    public async Task Damage_found_by_a_read_replaces_the_file_and_the_read_is_a_miss()
    {
        await FillAsync(entries: 3000);
        Overwrite(from: 8 * 4096);

        await using SqliteStore store = _database.Open();
        for (int i = 0; i < 3000 && store.Statistics.FilesReplaced == 0; i++)
            await store.GetAsync($"key:{i}", default);

        Assert.Equal(1, store.Statistics.FilesReplaced);
        Assert.Single(_database.Aside);
        Assert.Null(await store.GetAsync("key:1", default));
        await store.SetAsync("key", Value, null, default);
        Assert.Equal(Value, (await store.GetAsync("key", default))!.Value.ToArray());
    }

    [Fact]
    public async Task Damage_found_by_a_write_replaces_the_file_and_the_write_is_made()
    {
        await FillAsync(entries: 3000);
        Overwrite(from: 8 * 4096);

        await using SqliteStore store = _database.Open();
        for (int i = 0; i < 3000 && store.Statistics.FilesReplaced == 0; i++)
            await store.SetAsync($"key:{i}", Value, null, default);

        Assert.Equal(1, store.Statistics.FilesReplaced);
        await using SqliteStore other = _database.Open();
        await store.SetAsync("last", Value, null, default);
        Assert.NotNull(await other.GetAsync("last", default));
    }

    [Fact]
    public async Task Two_stores_that_find_the_same_damage_replace_the_file_once_and_share_the_new_one()
    {
        await FillAsync(entries: 3000);
        Overwrite(from: 8 * 4096);

        await using SqliteStore one = _database.Open();
        await using SqliteStore other = _database.Open();
        await Task.WhenAll(ReadAllAsync(one), ReadAllAsync(other));
        await one.SetAsync("shared", Value, null, default);

        Assert.Equal(1, one.Statistics.FilesReplaced + other.Statistics.FilesReplaced);
        await Waiting.UntilAsync(async () => await other.GetAsync("shared", default) is not null, "The other store does not see the new file.");

        static Task ReadAllAsync(SqliteStore store) => Task.Run(async () =>
        {
            for (int i = 0; i < 3000; i++)
                await store.GetAsync($"key:{i}", default);
        });
    }

    [Fact]
    public async Task Epochs_never_go_back_when_the_file_was_replaced()
    {
        long before;
        await using (SqliteStore store = _database.Open())
        {
            before = await store.BumpEpochAsync("name", default);
            await store.BumpEpochAsync("name", default);
        }

        await File.WriteAllTextAsync(_database.Path, "not a database any more, and longer than the header of one that is, a hundred bytes and more, that is how long");
        await using SqliteStore after = _database.Open();

        Assert.True((await after.GetEpochsAsync([], default)).Counter > before, "What was cleared before would come back.");
    }

    [Fact]
    public async Task Observer_is_told_that_it_knows_nothing_any_more_when_the_file_is_replaced()
    {
        await FillAsync(entries: 3000);
        await using SqliteStore watching = _database.Open();
        var observer = new RecordingObserver();
        using IDisposable observation = watching.Observe(observer);
        await watching.GetAsync("key:1", default);
        Assert.Equal(0, observer.CountLost());

        File.Move(_database.Path, _database.Path + ".elsewhere");

        await Waiting.UntilAsync(() => observer.CountLost() > 0 && observer.CountRestored() > 0, "The observer was not told.");
        await using SqliteStore other = _database.Open();
        await watching.GetAsync("fresh", default);
        await other.SetAsync("fresh", Value, null, default);
        await Waiting.UntilAsync(() => observer.CountChanged("fresh") > 0, "Changes of the new file are not told.");
    }

    [Fact]
    public async Task Whoever_still_has_a_removed_file_open_reads_it_to_the_end_and_disturbs_nobody_in_the_new_one()
    {
        await using SqliteStore before = _database.Open(options => options.SweepInterval = TimeSpan.FromDays(1));
        await before.SetAsync("old", Value, null, default);
        using Sqlite.Files.Connection left = _database.Connect();
        Assert.Equal(1, left.Number("SELECT count(*) FROM entry"));

        File.Delete(_database.Path);

        await using SqliteStore store = _database.Open();
        foreach (string key in (string[])["a", "b", "c"])
        {
            await store.SetAsync(key, Value, null, default);
            Assert.Equal(1, left.Number("SELECT count(*) FROM entry"));
        }

        await using SqliteStore other = _database.Open();
        Assert.NotNull(await other.GetAsync("c", default));
        Assert.Null(await other.GetAsync("old", default));
        Assert.Equal((0L, 0L), (store.Statistics.FilesReplaced, other.Statistics.FilesReplaced));
    }

    [Fact]
    public async Task Observer_is_told_that_the_file_is_gone_also_while_no_other_can_be_made()
    {
        await using SqliteStore watching = _database.Open(options => options.SweepInterval = TimeSpan.FromDays(1));
        var observer = new RecordingObserver();
        using IDisposable observation = watching.Observe(observer);
        await watching.SetAsync("key", Value, null, default);

        using (new FileStream(_database.Path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
        {
            File.Delete(_database.Path);

            await Waiting.UntilAsync(() => observer.CountLost() == 1, "The observer was not told.");
            Assert.Equal(0, observer.CountRestored());
        }

        await Waiting.UntilAsync(() => observer.CountRestored() == 1, "The observer was not told of the new file.");
    }

    [Fact]
    public async Task Database_of_another_program_is_left_alone()
    {
        using (Sqlite.Files.Connection foreign = Sqlite.Files.Connection.Open(_database.Path, create: true))
            foreign.Execute("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)");
        byte[] before = await File.ReadAllBytesAsync(_database.Path);

        await using SqliteStore store = _database.Open();
        SqliteStoreException error = await Assert.ThrowsAsync<SqliteStoreException>(() => store.SetAsync("key", Value, null, default).AsTask());

        Assert.Equal(SqliteFailure.Foreign, error.Failure);
        Assert.Contains(_database.Path, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(_database.Path));
        Assert.Empty(_database.Aside);
    }

    [Fact]
    public async Task Only_so_many_damaged_files_are_kept()
    {
        for (int i = 0; i < 5; i++)
        {
            foreach (string file in (string[])["", "-wal", "-shm"])
                File.Delete(_database.Path + file);
            await File.WriteAllTextAsync(_database.Path, new string((char)('a' + i), 5000));
            await using SqliteStore store = _database.Open(options => options.DamagedFilesKept = 2);
            Assert.Null(await store.GetAsync("key", default));
        }

        Assert.Equal(["d", "e"], _database.Aside.Select(file => File.ReadAllText(file)[..1]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Directory_that_cannot_be_made_is_a_clear_error()
    {
        await File.WriteAllTextAsync(Path.Combine(_database.Folder, "file"), "");
        await using SqliteStore store = _database.Open(options => options.Path = Path.Combine(_database.Folder, "file", "cache.db"));

        SqliteStoreException error = await Assert.ThrowsAsync<SqliteStoreException>(() => store.GetAsync("key", default).AsTask());

        Assert.Equal(SqliteFailure.Unreachable, error.Failure);
    }

    private async Task FillAsync(int entries)
    {
        await using SqliteStore store = _database.Open();
        await Task.WhenAll(Enumerable.Range(0, entries).Select(i => store.SetAsync($"key:{i}", new byte[100], null, default).AsTask()));
    }

    // What lies behind the tables of the schema: the entries and their index.
    private void Overwrite(int from)
    {
        byte[] bytes = File.ReadAllBytes(_database.Path);
        Assert.True(bytes.Length > 2 * from);
        for (int i = from; i < bytes.Length; i++)
            bytes[i] = (byte)(i * 17 % 251);
        File.WriteAllBytes(_database.Path, bytes);
    }
}
