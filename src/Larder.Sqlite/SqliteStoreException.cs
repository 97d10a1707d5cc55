namespace Larder;

/// <summary>A <see cref="SqliteStore"/> could not do what it was asked for.</summary>
public sealed class SqliteStoreException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="failure">What kept the store from it.</param>
    /// <param name="message">The same in words, with the file's path.</param>
    /// <param name="errorCode">SQLite's extended result code; 0 for none.</param>
    /// <param name="innerException">What it came from.</param>
    public SqliteStoreException(SqliteFailure failure, string message, int errorCode = 0, Exception? innerException = null)
        : base(message, innerException)
    {
        Failure = failure;
        ErrorCode = errorCode;
    }

    /// <summary>Creates the exception.</summary>
    public SqliteStoreException()
    {
    }

    /// <summary>Creates the exception.</summary>
    public SqliteStoreException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    public SqliteStoreException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>What kept the store from it.</summary>
    public SqliteFailure Failure { get; }

    /// <summary>SQLite's extended result code (https://www.sqlite.org/rescode.html); 0 for none.</summary>
    public int ErrorCode { get; }
}
