using Microsoft.Extensions.Logging;

namespace Larder.MongoDB.Diagnostics;

/// <summary>Every message that the MongoDB store logs, with its id. Keys, values and passwords never appear.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(501, LogLevel.Warning, "MongoDB {Server}: no longer the server for writes ({Reason}); looking for another")]
    public static partial void Lost(ILogger logger, ServerAddress server, string reason);

    [LoggerMessage(502, LogLevel.Information, "MongoDB {Server}: is the server for writes")]
    public static partial void Selected(ILogger logger, ServerAddress server);

    [LoggerMessage(503, LogLevel.Warning, "MongoDB: {Warning}")]
    public static partial void AddressWarning(ILogger logger, string warning);

    [LoggerMessage(504, LogLevel.Warning, "MongoDB: changes are not told at the moment ({Reason}); nothing in memory is trusted without asking the store")]
    public static partial void StreamLost(ILogger logger, string reason);

    [LoggerMessage(505, LogLevel.Information, "MongoDB: changes are told")]
    public static partial void StreamOpened(ILogger logger);

    [LoggerMessage(506, LogLevel.Warning, "MongoDB collection {Collection}: the TTL index could not be made ({Reason}); expired entries are not served, but stay until somebody deletes them")]
    public static partial void NoIndex(ILogger logger, string collection, string reason);

    [LoggerMessage(507, LogLevel.Warning, "MongoDB: the list of recent epochs could not be shortened ({Reason}); it is tried again after the next clear")]
    public static partial void EpochsNotFiled(ILogger logger, string reason);
}
