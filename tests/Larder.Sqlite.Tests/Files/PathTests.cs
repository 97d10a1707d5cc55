using Larder.Conformance;
using Larder.Sqlite.Files;
using Larder.Sqlite.Tests.Store;

namespace Larder.Sqlite.Tests.Files;

/// <summary>Where a file may lie, and in what state it may be found.</summary>
public sealed class PathTests : IDisposable
{
    private static readonly byte[] Value = [1, 2, 3];
    private readonly TemporaryDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [Theory]
    [InlineData("with a space.db")]
    [InlineData("кэш 🗄.db")]
    [InlineData("100% #1?mode=memory&cache=shared")]
    [InlineData("'quoted' \"twice\";--.db")]
    [InlineData("*.db")]
    [InlineData(":memory:")]
    [InlineData("file:cache.db?mode=ro")]
    [InlineData("one/two/three/cache.db")]
    [InlineData("./../{0}/cache.db")]
    public async Task Every_name_of_a_file_is_one(string name)
    {
        string path = Path.Combine(_database.Folder, name.Replace("{0}", Path.GetFileName(_database.Folder), StringComparison.Ordinal));
        await using (SqliteStore store = _database.Open(options => options.Path = path))
            await store.SetAsync("key", Value, null, default);

        Assert.True(File.Exists(path));
        await using SqliteStore again = _database.Open(options => options.Path = path);
        Assert.Equal(Value, (await again.GetAsync("key", default))!.Value.ToArray());
    }

    [Fact]
    public async Task Symbolic_link_and_its_target_are_one_file_also_when_it_is_replaced()
    {
        string link = Path.Combine(Directory.CreateDirectory(Path.Combine(_database.Folder, "links")).FullName, "link.db");
        File.CreateSymbolicLink(link, _database.Path);
        await using (SqliteStore first = _database.Open(options => options.Path = link))
            await first.SetAsync("key", Value, null, default);
        await using (SqliteStore same = _database.Open())
            Assert.NotNull(await same.GetAsync("key", default));
        await File.WriteAllBytesAsync(_database.Path, [.. Enumerable.Range(0, 20_000).Select(i => (byte)(i * 31))]);

        await using SqliteStore byLink = _database.Open(options => options.Path = link);
        await byLink.SetAsync("key", Value, null, default);
        await using SqliteStore byName = _database.Open();

        Assert.NotNull(await byName.GetAsync("key", default));
        Assert.NotNull(new FileInfo(link).LinkTarget);
        Assert.Single(_database.Aside);
        Assert.Equal(0, byName.Statistics.FilesReplaced);
    }

    [Fact]
    public async Task Directory_in_the_files_place_is_a_clear_error()
    {
        Directory.CreateDirectory(_database.Path);
        await using SqliteStore store = _database.Open();

        SqliteStoreException error = await Assert.ThrowsAsync<SqliteStoreException>(() => store.SetAsync("key", Value, null, default).AsTask());

        Assert.Equal(SqliteFailure.Unreachable, error.Failure);
        Assert.Contains(_database.Path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Copy_that_was_made_as_the_docs_say_is_used_like_the_original()
    {
        string copy = Path.Combine(_database.Folder, "copy.db");
        await using (SqliteStore store = _database.Open())
        {
            await store.SetAsync("key", Value, null, default);
            using Connection connection = _database.Connect();
            connection.Execute($"VACUUM INTO '{copy}'");
        }

        await UsedLikeAnyAsync(copy);
    }

    [Fact]
    public async Task File_whose_journal_somebody_has_changed_is_brought_back_to_a_log()
    {
        await using (SqliteStore store = _database.Open())
            await store.SetAsync("key", Value, null, default);
        using (Connection connection = _database.Connect())
            connection.Execute("PRAGMA journal_mode = DELETE");

        await UsedLikeAnyAsync(_database.Path);
    }

    [Theory]
    [InlineData("PRAGMA user_version = 2", "has version 2, and this is version 1")]
    [InlineData("PRAGMA application_id = 7", "some other program's database (application_id 7)")]
    public async Task File_of_a_newer_version_or_of_another_owner_is_left_alone(string change, string said)
    {
        await using (SqliteStore store = _database.Open())
            await store.SetAsync("key", Value, null, default);
        using (Connection connection = _database.Connect())
            connection.Execute(change + "; PRAGMA wal_checkpoint(TRUNCATE)");
        byte[] before = await File.ReadAllBytesAsync(_database.Path);

        await using SqliteStore other = _database.Open();
        SqliteStoreException error = await Assert.ThrowsAsync<SqliteStoreException>(() => other.GetAsync("key", default).AsTask());

        Assert.Equal(SqliteFailure.Foreign, error.Failure);
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(_database.Path));
    }

    [Fact]
    public async Task Empty_database_that_another_program_has_marked_as_its_own_is_left_alone()
    {
        using (Connection connection = Connection.Open(_database.Path, create: true))
            connection.Execute("PRAGMA application_id = 7");
        await using SqliteStore store = _database.Open();

        SqliteStoreException error = await Assert.ThrowsAsync<SqliteStoreException>(() => store.GetAsync("key", default).AsTask());

        Assert.Equal(SqliteFailure.Foreign, error.Failure);
    }

    [Fact]
    public async Task Old_damaged_files_that_cannot_be_deleted_keep_nobody_from_the_new_one()
    {
        await File.WriteAllTextAsync(_database.Path + ".corrupt-1", "old");
        Directory.CreateDirectory(_database.Path + ".corrupt-1-wal");
        await File.WriteAllBytesAsync(_database.Path, [.. Enumerable.Range(0, 20_000).Select(i => (byte)(i * 31))]);

        await using SqliteStore store = _database.Open(options => options.DamagedFilesKept = 0);
        await store.SetAsync("key", Value, null, default);

        Assert.NotNull(await store.GetAsync("key", default));
        Assert.Equal(1, store.Statistics.FilesReplaced);
    }

    [Fact]
    public async Task Damaged_files_of_another_database_are_not_counted()
    {
        string others = Path.Combine(_database.Folder, "cacheX.db.corrupt-1");
        await File.WriteAllTextAsync(others, "another's");
        string path = Path.Combine(_database.Folder, "cache?.db");
        await File.WriteAllBytesAsync(path, [.. Enumerable.Range(0, 20_000).Select(i => (byte)(i * 31))]);

        await using SqliteStore store = _database.Open(options => (options.Path, options.DamagedFilesKept) = (path, 0));
        await store.SetAsync("key", Value, null, default);

        Assert.True(File.Exists(others));
    }

    [Fact]
    public async Task Store_that_is_disposed_while_many_write_has_what_it_has_acknowledged()
    {
        SqliteStore store = _database.Open();
        await store.SetAsync("first", Value, null, default);
        Task<bool>[] writes = [.. Enumerable.Range(0, 500).Select(i => Task.Run(async () =>
        {
            try
            {
                await store.SetAsync($"key:{i}", Value, null, default);
                return true;
            }
            catch (ObjectDisposedException)
            {
                return false;
            }
        }))];
        await Task.WhenAny(writes);
        await store.DisposeAsync();
        bool[] acknowledged = await Task.WhenAll(writes).WaitAsync(TimeSpan.FromSeconds(60));

        await using SqliteStore again = _database.Open();
        for (int i = 0; i < acknowledged.Length; i++)
            Assert.Equal(acknowledged[i], await again.GetAsync($"key:{i}", default) is not null);
    }

    // No reader waits for a writer, which is so in WAL mode only.
    private async Task UsedLikeAnyAsync(string path)
    {
        await using SqliteStore store = _database.Open(options => options.Path = path);
        Assert.Equal(Value, (await store.GetAsync("key", default))!.Value.ToArray());
        using (Connection writer = _database.Connect(path))
        {
            writer.Execute("BEGIN EXCLUSIVE");
            Assert.NotNull(await store.GetAsync("key", default).AsTask().WaitAsync(TimeSpan.FromSeconds(20)));
            writer.Execute("ROLLBACK");
        }

        await store.SetAsync("other", Value, null, default);
        Assert.NotNull(await store.GetAsync("other", default));
    }
}
