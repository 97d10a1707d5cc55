using System.Runtime.InteropServices;
using SQLitePCL;

namespace Larder.Sqlite.Files;

/// <summary>One connection to a database file, used by one thread at a time.</summary>
internal sealed partial class Connection : IDisposable
{
    private const int HasMovedOperation = 20; // SQLITE_FCNTL_HAS_MOVED
    private const int DataVersionOperation = 35; // SQLITE_FCNTL_DATA_VERSION

    private readonly sqlite3 _handle;
    private readonly List<Statement> _statements = [];

    static Connection() => Batteries_V2.Init();

    private Connection(string path, sqlite3 handle)
    {
        Path = path;
        _handle = handle;
    }

    public string Path { get; }

    /// <summary>How many rows the last statement that changes any has changed.</summary>
    public int Changes => raw.sqlite3_changes(_handle);

    /// <summary>Whether a transaction is open.</summary>
    public bool InTransaction => raw.sqlite3_get_autocommit(_handle) == 0;

    /// <summary>Whether the file that is open lies under its path no more.</summary>
    public unsafe bool HasMoved
    {
        get
        {
            int moved = 0;
            return FileControl(_handle.DangerousGetHandle(), null, HasMovedOperation, &moved) == raw.SQLITE_OK && moved != 0;
        }
    }

    /// <summary>
    /// A number that moves with every commit, of this connection or another, as far as this one has noticed: it notices others' when a transaction begins.
    /// </summary>
    /// <returns><see langword="null"/> when it is not known.</returns>
    public unsafe long? DataVersion
    {
        get
        {
            uint version = 0;
            return FileControl(_handle.DangerousGetHandle(), null, DataVersionOperation, &version) == raw.SQLITE_OK ? version : null;
        }
    }

    /// <summary>Opens the file. Locks are not waited for, unless told by <see cref="WaitForLocks"/>.</summary>
    /// <exception cref="SqliteStoreException">It cannot be opened.</exception>
    public static Connection Open(string path, bool create)
    {
        int flags = raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_NOMUTEX | (create ? raw.SQLITE_OPEN_CREATE : 0);
        int code = raw.sqlite3_open_v2(path, out sqlite3 handle, flags, null);
        var connection = new Connection(path, handle);
        if (code == raw.SQLITE_OK)
        {
            raw.sqlite3_extended_result_codes(handle, 1);
            return connection;
        }

        SqliteStoreException failure = connection.Failure(code);
        connection.Dispose();
        throw failure;
    }

    /// <summary>How long SQLite itself waits for a lock, blocking the thread.</summary>
    public void WaitForLocks(TimeSpan longest) => raw.sqlite3_busy_timeout(_handle, (int)longest.TotalMilliseconds);

    /// <summary>Compiles a statement, which lives as long as the connection.</summary>
    public Statement Prepare(string sql)
    {
        int code = raw.sqlite3_prepare_v3(_handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out sqlite3_stmt handle);
        if (code != raw.SQLITE_OK)
            throw Failure(code);
        var statement = new Statement(this, handle);
        _statements.Add(statement);
        return statement;
    }

    /// <summary>Runs statements that answer nothing.</summary>
    public void Execute(string sql)
    {
        int code = raw.sqlite3_exec(_handle, sql);
        if (code != raw.SQLITE_OK)
            throw Failure(code);
    }

    /// <summary>Runs a statement that answers one number.</summary>
    public long Number(string sql)
    {
        int code = raw.sqlite3_prepare_v2(_handle, sql, out sqlite3_stmt handle);
        if (code != raw.SQLITE_OK)
            throw Failure(code);
        using var statement = new Statement(this, handle);
        return statement.Step() ? statement.Int64(0) : 0;
    }

    /// <summary>What just failed, as an exception.</summary>
    public SqliteStoreException Failure(int code)
    {
        string said = _handle.IsInvalid ? raw.sqlite3_errstr(code).utf8_to_string() : raw.sqlite3_errmsg(_handle).utf8_to_string();
        return new SqliteStoreException(ResultCode.FailureOf(code), $"SQLite '{Path}': {said} (code {code}).", code);
    }

    public void Dispose()
    {
        foreach (Statement statement in _statements)
            statement.Dispose();
        _handle.Dispose();
    }

    // Not in SQLitePCLRaw, whose library is asked here as well.
    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_file_control")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    private static unsafe partial int FileControl(nint database, byte* name, int operation, void* argument);
}
