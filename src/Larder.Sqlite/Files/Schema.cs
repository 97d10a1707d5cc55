using System.Security.Cryptography;

namespace Larder.Sqlite.Files;

/// <summary>What lies in the file: version 1.</summary>
/// <remarks>
/// <para><c>entry</c>: one row each; times are microseconds since 1970, <c>used</c> milliseconds; keys as <see cref="Keys.KeyBytes"/> writes them.</para>
/// <para><c>lease</c>: the lease on a key, whoever holds it. <c>epoch</c>: when each name was last cleared.</para>
/// <para><c>change</c>: what was changed, for the observers, and only while there are any; <c>observer</c>: who they are, and
/// when they last said that they live.</para>
/// <para><c>state</c>: one row: the file's own random name, the counter of the epochs, what the entries amount to, and up to which change
/// the changes were dropped. The counter begins with the time at which the file was made, in microseconds: an epoch of a file that is gone is never newer than one of the file in its place.</para>
/// </remarks>
internal static class Schema
{
    public const int IdentityLength = 16;
    private const int Version = 1;
    private const int ApplicationId = 0x4C415244; // "LARD"
    private const string Log = "PRAGMA journal_mode = WAL";

    // The entries' value comes last, so that the rest of the row is read without it.
    private const string Tables =
        """
        CREATE TABLE entry (id INTEGER PRIMARY KEY, expires INTEGER, used INTEGER NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL);
        CREATE UNIQUE INDEX entry_by_key ON entry (key);
        CREATE INDEX entry_by_expiry ON entry (expires) WHERE expires IS NOT NULL;
        CREATE INDEX entry_by_use ON entry (used);
        CREATE TABLE lease (key BLOB PRIMARY KEY, token BLOB NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE epoch (name BLOB PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE change (id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, writer INTEGER NOT NULL, name BLOB NOT NULL);
        CREATE TABLE observer (id INTEGER PRIMARY KEY, seen INTEGER NOT NULL);
        CREATE TABLE state (id INTEGER PRIMARY KEY CHECK (id = 0), identity BLOB NOT NULL, counter INTEGER NOT NULL, entries INTEGER NOT NULL, bytes INTEGER NOT NULL, pruned INTEGER NOT NULL);
        """;

    /// <summary>Opens the file and makes the tables if it has none.</summary>
    /// <param name="options">Where it is.</param>
    /// <param name="create">Whether it is made if there is none.</param>
    /// <exception cref="SqliteStoreException">It cannot be opened, is damaged, or is none of ours.</exception>
    public static Connection Open(SqliteStoreOptions options, bool create)
    {
        Connection connection = Connection.Open(options.Path, create);
        try
        {
            connection.WaitForLocks(options.BusyTimeout);
            if (connection.Number("PRAGMA user_version") == 0 && connection.Number("PRAGMA application_id") == 0 && connection.Number("SELECT count(*) FROM sqlite_master") == 0)
                Create(connection, options.TimeProvider);
            CheckOwner(connection);
            // A copy by VACUUM INTO has no log, and anybody may have changed it.
            connection.Execute(Log);
            Prepare(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Makes the directory of the file.</summary>
    /// <exception cref="SqliteStoreException">It cannot be made.</exception>
    public static void MakeDirectory(string path)
    {
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } directory)
                Directory.CreateDirectory(directory);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SqliteStoreException(SqliteFailure.Unreachable, $"SQLite '{path}': its directory cannot be made: {error.Message}", innerException: error);
        }
    }

    /// <summary>What every connection is told first.</summary>
    public static void Prepare(Connection connection) => connection.Execute("PRAGMA cell_size_check = ON; PRAGMA foreign_keys = OFF; PRAGMA trusted_schema = OFF");

    /// <summary>The file's own name, which no other file has.</summary>
    public static byte[] Identity(Connection connection)
    {
        Statement statement = connection.Prepare("SELECT identity FROM state");
        byte[] identity = statement.Step() ? statement.Blob(0).ToArray() : throw new SqliteStoreException(SqliteFailure.Damaged, $"SQLite '{connection.Path}': the table of the file's state is empty.");
        statement.Reset();
        return identity;
    }

    private static void Create(Connection connection, TimeProvider time)
    {
        // In this order: the way to vacuum can be chosen only before anything is in the file, and turning to WAL puts something there.
        connection.Execute("PRAGMA auto_vacuum = INCREMENTAL");
        connection.Execute(Log);
        connection.Execute("BEGIN IMMEDIATE");
        if (connection.Number("PRAGMA user_version") == 0)
        {
            connection.Execute(Tables);
            connection.Prepare("INSERT INTO state VALUES (0, ?1, ?2, 0, 0, 0)")
                .Bind(1, RandomNumberGenerator.GetBytes(IdentityLength))
                .Bind(2, Instant.Of(time))
                .Run();
            connection.Execute($"PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {Version}");
        }

        connection.Execute("COMMIT");
    }

    private static void CheckOwner(Connection connection)
    {
        long owner = connection.Number("PRAGMA application_id");
        long version = connection.Number("PRAGMA user_version");
        if (owner != ApplicationId)
            throw new SqliteStoreException(SqliteFailure.Foreign, $"SQLite '{connection.Path}' is some other program's database (application_id {owner}); name another file.");
        if (version != Version)
            throw new SqliteStoreException(SqliteFailure.Foreign, $"SQLite '{connection.Path}' has version {version}, and this is version {Version}; name another file, or remove this one.");
    }
}
