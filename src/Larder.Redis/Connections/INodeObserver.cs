namespace Larder.Redis.Connections;

/// <summary>Who is told when a node's connection comes and goes.</summary>
internal interface INodeObserver : IConnectionObserver
{
    /// <summary>There is a connection, and the server tells of changes on it. No command has been sent on it yet.</summary>
    void OnUp(RedisNode node, Greeting greeting);

    /// <summary>The connection was lost, or could not be made. Told once for each loss and each failed attempt.</summary>
    void OnDown(RedisNode node, Exception reason);
}
