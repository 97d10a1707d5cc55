using Larder.Sqlite.Tests.Store;

namespace Larder.Sqlite.Tests.Files;

/// <summary>The process has one directory, for all tests: nothing else runs meanwhile.</summary>
[CollectionDefinition(nameof(WorkingDirectoryTests), DisableParallelization = true)]
[Collection(nameof(WorkingDirectoryTests))]
public sealed class WorkingDirectoryTests : IDisposable
{
    private static readonly byte[] Value = [1, 2, 3];
    private readonly TemporaryDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task Relative_path_stays_what_it_was_when_the_process_goes_elsewhere()
    {
        string before = Environment.CurrentDirectory;
        string elsewhere = Directory.CreateDirectory(Path.Combine([_database.Folder, .. Enumerable.Repeat("deeper", 20)])).FullName;
        await using SqliteStore store = _database.Open(options => options.Path = Path.GetRelativePath(before, _database.Path));
        try
        {
            await store.SetAsync("key", Value, null, default);
            Environment.CurrentDirectory = elsewhere;

            Assert.NotNull(await store.GetAsync("key", default));
            await store.SetAsync("other", Value, null, default);
            Assert.NotNull(await store.GetAsync("other", default));
        }
        finally
        {
            Environment.CurrentDirectory = before;
        }

        Assert.Empty(Directory.GetFileSystemEntries(elsewhere));
    }
}
