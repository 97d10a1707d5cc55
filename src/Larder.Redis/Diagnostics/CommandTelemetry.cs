using System.Globalization;
using Larder.Redis.Connections;
using Larder.Redis.Resp;
using Larder.Shared;

namespace Larder.Redis.Diagnostics;

/// <summary>A span and a duration for each command that is sent to a server, while somebody listens.</summary>
/// <remarks>
/// A redirection or a repetition is a command of its own, to the server that it went to. Answers that are no failure to
/// anybody, because the client goes on from there (a script to be sent again, a lease in an entry's place, a redirection),
/// have their status code and are no errors.
/// </remarks>
internal static class CommandTelemetry
{
    /// <summary>Whether somebody listens.</summary>
    public static bool IsObserved => RedisMeter.Instruments.IsObserved;

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
        using ClientCall call = RedisMeter.Instruments.Start(
            (node.Address.Host, node.Address.Port), command.Name, options.Database.ToString(CultureInfo.InvariantCulture), options.TimeProvider, command.Script);
        try
        {
            RespValue reply = await send(node, command, asking, cancellationToken).ConfigureAwait(false);
            if (reply.IsError)
                Answered(call, reply.Text);
            return reply;
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested) // The caller's wish is no failure.
        {
            call.Failed(error.GetType().FullName);
            throw;
        }
    }

    // Only the error's first word, because the rest may hold anything.
    private static void Answered(ClientCall call, string error)
    {
        RedisErrorKind kind = RedisServerException.KindOf(error);
        string code = kind == RedisErrorKind.Other ? "ERR" : error.Split(' ', 2)[0];
        call.Answered(code);
        if (kind is not (RedisErrorKind.NoScript or RedisErrorKind.WrongType or RedisErrorKind.Moved or RedisErrorKind.Ask))
            call.Failed(code);
    }
}
