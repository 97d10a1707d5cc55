using Larder.Redis.Keys;
using Larder.Redis.Resp;

namespace Larder.Redis.Connections;

/// <summary>What a server said of itself and of the connection.</summary>
/// <param name="IsCluster">Whether it is part of a cluster.</param>
/// <param name="IsReplica">Whether it is a replica.</param>
/// <param name="Tracks">Whether it tells of changes.</param>
/// <param name="Refusal">Why it does not.</param>
/// <param name="Client">How the server knows the connection, so that it can be told to forget it; nothing when it does not say.</param>
internal sealed record Greeting(bool IsCluster, bool IsReplica, bool Tracks, string? Refusal, ServerClient? Client);

/// <summary>A connection as the server knows it.</summary>
internal readonly record struct ServerClient(string Id, string Address);

/// <summary>The first words on a connection: protocol, credentials, name, database, tracking, channel.</summary>
internal static class Handshake
{
    /// <summary>Greets the server.</summary>
    /// <param name="connection">A connection on which nothing was said.</param>
    /// <param name="options">Credentials, name, database and tracking.</param>
    /// <param name="keys">The names of the channel and of the prefix.</param>
    /// <param name="predecessor">
    /// The lost connection that this one replaces. The server is told to close it: commands of it that it has not read yet,
    /// because it was slow or stopped, must not be carried out after those of the new one.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<Greeting> GreetAsync(RedisConnection connection, RedisStoreOptions options, ServerKeys keys, ServerClient? predecessor, CancellationToken cancellationToken)
    {
        RespValue hello = await AskAsync(connection, Hello(options), cancellationToken).ConfigureAwait(false);
        bool isCluster = Field(hello, "mode") == "cluster";
        bool isReplica = Field(hello, "role") is { } role && role != "master";
        if (predecessor is { } lost)
            await TryAskAsync(connection, RedisCommand.About("CLIENT", "KILL", "ID", lost.Id, "ADDR", lost.Address), cancellationToken).ConfigureAwait(false);
        if (options.Database != 0)
            await AskAsync(connection, RedisCommand.About("SELECT", $"{options.Database}"), cancellationToken).ConfigureAwait(false);

        string? refusal = await StartTrackingAsync(connection, options, keys, cancellationToken).ConfigureAwait(false);
        RespValue info = await TryAskAsync(connection, RedisCommand.About("CLIENT", "INFO"), cancellationToken).ConfigureAwait(false);
        RespValue subscribed = await TryAskAsync(connection, new RedisCommand(["SUBSCRIBE"u8.ToArray(), keys.Channel], keyIndex: 0, isIdempotent: true), cancellationToken).ConfigureAwait(false);
        if (subscribed.IsError)
            refusal = $"{subscribed.Text} (the channel {keys.ChannelName})";
        // A server that is loading its data greets politely and does nothing else.
        await AskAsync(connection, RedisCommand.About("PING"), cancellationToken).ConfigureAwait(false);
        return new Greeting(isCluster, isReplica, Tracks: refusal is null && options.Tracking != RedisTracking.Channel, refusal, info.IsError ? null : ClientOf(info.Text));
    }

    private static RedisCommand Hello(RedisStoreOptions options)
    {
        List<string> words = ["HELLO", "3"];
        if (options.Password is not null)
            words.AddRange(["AUTH", options.User ?? "default", options.Password]);
        if (options.ClientName.Length > 0)
            words.AddRange(["SETNAME", options.ClientName]);
        return RedisCommand.About([.. words]);
    }

    private static async ValueTask<string?> StartTrackingAsync(RedisConnection connection, RedisStoreOptions options, ServerKeys keys, CancellationToken cancellationToken)
    {
        if (options.Tracking == RedisTracking.Channel)
            return null;
        List<ReadOnlyMemory<byte>> words = ["CLIENT"u8.ToArray(), "TRACKING"u8.ToArray(), "ON"u8.ToArray(), "NOLOOP"u8.ToArray()];
        if (options.Tracking == RedisTracking.Broadcast)
            words.AddRange(["BCAST"u8.ToArray(), "PREFIX"u8.ToArray(), keys.Prefix]);
        RespValue reply = await TryAskAsync(connection, new RedisCommand([.. words], keyIndex: 0, isIdempotent: true), cancellationToken).ConfigureAwait(false);
        return reply.IsError ? reply.Text : null;
    }

    private static async ValueTask<RespValue> AskAsync(RedisConnection connection, RedisCommand command, CancellationToken cancellationToken)
    {
        RespValue reply = await TryAskAsync(connection, command, cancellationToken).ConfigureAwait(false);
        if (!reply.IsError)
            return reply;
        throw command.Name == "HELLO" && RedisServerException.KindOf(reply.Text) is RedisErrorKind.NoProtocol or RedisErrorKind.Other
            ? new RedisServerException($"{reply.Text} ({connection.Server} does not speak RESP3; Redis 6 or newer is needed)")
            : new RedisServerException(reply.Text);
    }

    private static async ValueTask<RespValue> TryAskAsync(RedisConnection connection, RedisCommand command, CancellationToken cancellationToken) =>
        await connection.ExecuteAsync(command, asking: false, cancellationToken).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);

    private static string? Field(RespValue map, string name)
    {
        if (map.Kind != RespKind.Map)
            throw new RedisProtocolException($"HELLO was answered by {map}.");
        RespValue[] fields = map.Elements;
        for (int i = 0; i + 1 < fields.Length; i += 2)
        {
            if (fields[i].Kind == RespKind.Blob && fields[i].Text == name)
                return fields[i + 1].Text;
        }

        return null;
    }

    // id=3 addr=127.0.0.1:46100 laddr=… name=…
    private static ServerClient? ClientOf(string info)
    {
        string? id = null;
        string? address = null;
        foreach (string field in info.Split(' '))
        {
            if (field.StartsWith("id=", StringComparison.Ordinal))
                id = field[3..];
            else if (field.StartsWith("addr=", StringComparison.Ordinal))
                address = field[5..];
        }

        return id is null || address is null ? null : new ServerClient(id, address);
    }
}
