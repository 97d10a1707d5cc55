using Microsoft.Extensions.Logging;

namespace Larder.Redis.Diagnostics;

/// <summary>Every message that the Redis store logs, with its id. Keys, values and passwords never appear.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(401, LogLevel.Warning, "Redis {Server}: no connection ({Reason}); trying again in the background")]
    public static partial void Disconnected(ILogger logger, ServerAddress server, string reason);

    [LoggerMessage(402, LogLevel.Information, "Redis {Server}: connected again")]
    public static partial void Connected(ILogger logger, ServerAddress server);

    [LoggerMessage(403, LogLevel.Warning, "Redis {Server}: it does not tell of changes ({Refusal}); processes tell each other, and changes by others are not noticed")]
    public static partial void TrackingRefused(ILogger logger, ServerAddress server, string refusal);
}
