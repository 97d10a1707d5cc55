using Larder.Redis.Connections;
using Larder.Redis.Keys;
using Larder.Redis.Resp;

namespace Larder.Redis;

/// <summary>The seam between the store and whatever speaks to servers: connect, execute, pushes. Another client can be put in its place.</summary>
internal interface IRedisClient : IAsyncDisposable
{
    /// <summary>Begins to connect, and to tell the listener.</summary>
    void Start(IRedisListener listener);

    /// <summary>Sends a command where its key belongs. When the call has ended, the command is the caller's again, who may use it for something else.</summary>
    /// <returns>The answer; never an error.</returns>
    /// <exception cref="RedisException">There was no answer, or it was an error.</exception>
    ValueTask<RespValue> ExecuteAsync(RedisCommand command, CancellationToken cancellationToken);

    /// <summary>Tells which keys one command may name together: those with the same number.</summary>
    ValueTask<Func<byte[], int>> GroupingAsync(CancellationToken cancellationToken);

    /// <summary>How many servers have keys, and sends a command to one of them.</summary>
    ValueTask<IReadOnlyList<Func<RedisCommand, CancellationToken, ValueTask<RespValue>>>> ServersAsync(CancellationToken cancellationToken);

    /// <summary>Whether the servers tell of changes.</summary>
    bool Tracks { get; }
}

/// <summary>Who hears what the servers say. Called in order with the replies of each connection; returns quickly, never throws.</summary>
internal interface IRedisListener
{
    /// <summary>A push came.</summary>
    /// <param name="push">The push.</param>
    /// <param name="before">The push right before it on the same connection; null when something else came last.</param>
    /// <param name="lane">Which of the connections to its server that is.</param>
    void OnPush(RespValue push, RespValue before, Lane lane);

    /// <summary>Something may have been said that nobody heard.</summary>
    void OnLost(Exception reason);

    /// <summary>Everything is heard from here on.</summary>
    void OnRestored();
}
