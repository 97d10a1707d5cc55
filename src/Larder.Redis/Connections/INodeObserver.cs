using Larder.Redis.Resp;

namespace Larder.Redis.Connections;

/// <summary>Who is told when a node's connection comes and goes, and what the server says on it.</summary>
internal interface INodeObserver
{
    /// <summary>A push came; see <see cref="IConnectionObserver.OnPush"/>.</summary>
    void OnPush(RedisNode node, RespValue push, RespValue before);

    /// <summary>There is a connection, and the server tells of changes on it. No command has been sent on it yet.</summary>
    void OnUp(RedisNode node, Greeting greeting);

    /// <summary>The connection was lost, or could not be made. Told once for each loss and each failed attempt.</summary>
    void OnDown(RedisNode node, Exception reason);
}
