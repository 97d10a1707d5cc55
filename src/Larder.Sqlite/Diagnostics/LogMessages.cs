using Microsoft.Extensions.Logging;

namespace Larder.Sqlite.Diagnostics;

/// <summary>Every message that the SQLite store logs, with its id. Keys and values never appear.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(501, LogLevel.Error, "SQLite {Path}: the file is damaged ({Reason}); it is kept as {Aside}, and an empty one takes its place")]
    public static partial void Replaced(ILogger logger, string path, string reason, string aside);

    [LoggerMessage(502, LogLevel.Warning, "SQLite {Path}: the file was moved or removed; what lies there now, or an empty one, is used from here on")]
    public static partial void Moved(ILogger logger, string path);

    [LoggerMessage(503, LogLevel.Warning, "SQLite {Path}: changes by other processes cannot be followed ({Reason}); what was read before is verified anew")]
    public static partial void ConnectionLost(ILogger logger, string path, string reason);

    [LoggerMessage(504, LogLevel.Information, "SQLite {Path}: changes by other processes are followed again")]
    public static partial void ConnectionRestored(ILogger logger, string path);

    [LoggerMessage(505, LogLevel.Warning, "SQLite {Path}: upkeep failed ({Reason}); it is tried again")]
    public static partial void UpkeepFailed(ILogger logger, string path, string reason);
}
