using System.Diagnostics;
using System.Globalization;
using Larder.Redis.Connections;
using Larder.Redis.Resp;
using static Larder.Redis.Diagnostics.TelemetryNames;

namespace Larder.Redis.Diagnostics;

/// <summary>A span and a duration for each command that is sent to a server, while somebody listens.</summary>
/// <remarks>
/// A redirection or a repetition is a command of its own, to the server that it went to. Answers that are no failure to
/// anybody, because the client goes on from there (a script to be sent again, a lease in an entry's place, a redirection),
/// have their status code and are no errors.
/// </remarks>
internal static class CommandTelemetry
{
    private static readonly ActivitySource Source = new(TelemetryNames.ActivitySource, typeof(CommandTelemetry).Assembly.GetName().Version?.ToString(3));

    /// <summary>Whether somebody listens; if not, a command costs these two reads.</summary>
    public static bool IsObserved => Source.HasListeners() || RedisMeter.IsTiming;

    /// <summary>Sends a command and tells of it.</summary>
    /// <param name="node">Where it goes.</param>
    /// <param name="command">The command.</param>
    /// <param name="asking">Whether to put ASKING before it.</param>
    /// <param name="send">Sends it.</param>
    /// <param name="options">The time and the database.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async ValueTask<RespValue> ObserveAsync(
        RedisNode node, RedisCommand command, bool asking, Func<RedisNode, RedisCommand, bool, CancellationToken, ValueTask<RespValue>> send, RedisStoreOptions options, CancellationToken cancellationToken)
    {
        using Activity? span = Start(node.Address, command, options.Database);
        long began = options.TimeProvider.GetTimestamp();
        string? failure = null;
        try
        {
            RespValue reply = await send(node, command, asking, cancellationToken).ConfigureAwait(false);
            if (reply.IsError)
                failure = Answered(span, reply.Text);
            return reply;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw; // The caller's wish; neither a success nor the server's failure.
        }
        catch (Exception error)
        {
            failure = error.GetType().FullName;
            throw;
        }
        finally
        {
            if (failure is not null)
            {
                span?.SetTag(Attributes.ErrorType, failure);
                span?.SetStatus(ActivityStatusCode.Error);
            }

            RedisMeter.Record(node.Address, command, options.TimeProvider.GetElapsedTime(began), failure);
        }
    }

    private static Activity? Start(ServerAddress server, RedisCommand command, int database)
    {
        if (!Source.HasListeners())
            return null;
        string operation = command.Name;
        Activity? span = Source.StartActivity(command.Script is null ? operation : $"{operation} {command.Script}", ActivityKind.Client);
        if (span is not { IsAllDataRequested: true })
            return span;
        span.SetTag(Attributes.System, Values.Redis);
        span.SetTag(Attributes.Operation, operation);
        span.SetTag(Attributes.Database, database.ToString(CultureInfo.InvariantCulture));
        span.SetTag(Attributes.ServerAddress, server.Host);
        span.SetTag(Attributes.ServerPort, server.Port);
        if (command.Script is not null)
            span.SetTag(Attributes.Script, command.Script);
        return span;
    }

    // What makes the command fail, if anything; only the error's first word, because the rest may hold anything.
    private static string? Answered(Activity? span, string error)
    {
        RedisErrorKind kind = RedisServerException.KindOf(error);
        string code = kind == RedisErrorKind.Other ? "ERR" : error.Split(' ', 2)[0];
        span?.SetTag(Attributes.Status, code);
        return kind is RedisErrorKind.NoScript or RedisErrorKind.WrongType or RedisErrorKind.Moved or RedisErrorKind.Ask ? null : code;
    }
}
