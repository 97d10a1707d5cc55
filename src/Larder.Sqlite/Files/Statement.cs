using SQLitePCL;

namespace Larder.Sqlite.Files;

/// <summary>One compiled statement. Whoever has read what it answers, or lets an exception pass, resets it first.</summary>
internal sealed class Statement(Connection connection, sqlite3_stmt handle) : IDisposable
{
    // What is bound is copied and kept until the next time; a large copy is not.
    private const int LargeBlob = 64 * 1024;

    private int _large; // One bit for each parameter.

    public Statement Bind(int index, long value)
    {
        Check(raw.sqlite3_bind_int64(handle, index, value));
        return this;
    }

    public Statement Bind(int index, long? value)
    {
        Check(value is { } number ? raw.sqlite3_bind_int64(handle, index, number) : raw.sqlite3_bind_null(handle, index));
        return this;
    }

    public Statement Bind(int index, ReadOnlySpan<byte> value)
    {
        // No bytes would be bound as NULL.
        Check(value.IsEmpty ? raw.sqlite3_bind_zeroblob(handle, index, 0) : raw.sqlite3_bind_blob(handle, index, value));
        if (value.Length > LargeBlob)
            _large |= 1 << index;
        return this;
    }

    /// <summary>Goes to the next row.</summary>
    /// <returns>Whether there is one; if not, the statement is reset.</returns>
    public bool Step()
    {
        int code = raw.sqlite3_step(handle);
        if (code == raw.SQLITE_ROW)
            return true;
        // Asked for before the reset, which may say something else.
        SqliteStoreException? failure = code == raw.SQLITE_DONE ? null : connection.Failure(code);
        Reset();
        return failure is null ? false : throw failure;
    }

    /// <summary>Runs a statement that answers nothing, to its end.</summary>
    /// <returns>How many rows it has changed.</returns>
    public int Run()
    {
        while (Step())
        {
            // What it answers is of no interest.
        }

        return connection.Changes;
    }

    public long Int64(int column) => raw.sqlite3_column_int64(handle, column);

    public bool IsNull(int column) => raw.sqlite3_column_type(handle, column) == raw.SQLITE_NULL;

    /// <summary>The bytes of a column, until the next step or reset.</summary>
    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(handle, column);

    public void Reset()
    {
        raw.sqlite3_reset(handle);
        if (_large == 0)
            return;
        // In place of the large ones; what else is bound stays.
        for (int index = raw.sqlite3_bind_parameter_count(handle); index > 0; index--)
        {
            if ((_large & (1 << index)) != 0)
                raw.sqlite3_bind_null(handle, index);
        }

        _large = 0;
    }

    public void Dispose() => handle.Dispose();

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
            throw connection.Failure(code);
    }
}
