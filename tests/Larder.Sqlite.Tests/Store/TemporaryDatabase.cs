using Larder.Sqlite.Files;

namespace Larder.Sqlite.Tests.Store;

/// <summary>A folder for one test's database, and the stores on it.</summary>
internal sealed class TemporaryDatabase : IDisposable
{
    // A machine with other things to do must not look like a file that is locked.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public string Folder { get; } = Directory.CreateTempSubdirectory("larder-sqlite-").FullName;

    public string Path => System.IO.Path.Combine(Folder, "cache.db");

    public string[] Files => [.. Directory.GetFiles(Folder).Select(file => System.IO.Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

    /// <summary>The damaged files that were moved aside.</summary>
    public string[] Aside => [.. Directory.GetFiles(Folder, "*.corrupt-*").Where(file => !file.EndsWith("-wal", StringComparison.Ordinal) && !file.EndsWith("-shm", StringComparison.Ordinal))];

    public SqliteStore Open(Action<SqliteStoreOptions>? configure = null)
    {
        var options = new SqliteStoreOptions
        {
            Path = Path,
            BusyTimeout = Patience,
            PollInterval = TimeSpan.FromMilliseconds(3),
            SweepInterval = TimeSpan.FromMilliseconds(20),
        };
        configure?.Invoke(options);
        return new SqliteStore(options);
    }

    /// <summary>A connection beside the stores, which waits for their locks.</summary>
    public Connection Connect(string? path = null)
    {
        Connection connection = Connection.Open(path ?? Path, create: false);
        connection.WaitForLocks(Patience);
        return connection;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
