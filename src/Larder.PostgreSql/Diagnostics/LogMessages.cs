using Microsoft.Extensions.Logging;

namespace Larder.PostgreSql.Diagnostics;

/// <summary>Every message that the PostgreSQL store logs, with its id. Keys, values and passwords never appear.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(501, LogLevel.Warning, "PostgreSQL: changes are not told any more ({Reason}); nothing in memory is trusted without asking, and another connection is tried in the background")]
    public static partial void NotListening(ILogger logger, string reason);

    [LoggerMessage(502, LogLevel.Information, "PostgreSQL: changes are told again")]
    public static partial void Listening(ILogger logger);

    [LoggerMessage(503, LogLevel.Warning, "PostgreSQL: expired entries could not be deleted ({Reason}); trying again later")]
    public static partial void NotSwept(ILogger logger, string reason);

    [LoggerMessage(504, LogLevel.Information, "PostgreSQL: the tables {Schema}.{Table} were brought from version {From} to {To}")]
    public static partial void Migrated(ILogger logger, string schema, string table, int from, int to);
}
