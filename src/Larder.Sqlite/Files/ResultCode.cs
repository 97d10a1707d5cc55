using SQLitePCL;

namespace Larder.Sqlite.Files;

/// <summary>What SQLite answers, and what it means to a store.</summary>
internal static class ResultCode
{
    // https://www.sqlite.org/rescode.html: the low byte is the kind, the rest says more.
    private const int KindMask = 0xFF;

    public static SqliteFailure FailureOf(int code) => (code & KindMask) switch
    {
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => SqliteFailure.Locked,
        raw.SQLITE_FULL => SqliteFailure.Full,
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => SqliteFailure.Damaged,
        raw.SQLITE_CANTOPEN or raw.SQLITE_READONLY or raw.SQLITE_PERM or raw.SQLITE_IOERR => SqliteFailure.Unreachable,
        _ => SqliteFailure.Other,
    };
}
