using Larder.Redis.Connections;
using Larder.Redis.Keys;

namespace Larder.Redis.Clusters;

/// <summary>Which server has which keys, as far as is known. It does not change; a new one takes its place.</summary>
/// <param name="bySlot">The connections to the primary of every slot; <see langword="null"/> when one server has them all.</param>
/// <param name="servers">Every server that has keys, each once, with its connections.</param>
internal sealed class Topology(RedisNode[]?[]? bySlot, RedisNode[][] servers)
{
    /// <summary>All connections to servers that have keys.</summary>
    public RedisNode[] Connections { get; } = [.. servers.SelectMany(static lanes => lanes)];

    /// <summary>One connection to each server that has keys.</summary>
    public IEnumerable<RedisNode> Servers => servers.Select(static lanes => lanes[0]);

    public bool IsCluster => bySlot is not null;

    /// <summary>Where a command belongs; nothing when its slot is nobody's.</summary>
    public RedisNode? For(RedisCommand command)
    {
        if (!command.HasKey || (bySlot is null && servers[0].Length == 1))
            return servers[0][0];
        int slot = HashSlot.Of(command.Key);
        RedisNode[]? lanes = bySlot is null ? servers[0] : bySlot[slot];
        return lanes?[Lane.Of(slot, lanes.Length)];
    }

    /// <summary>The keys that one command may name together: all that one connection carries, those of one slot in a cluster.</summary>
    public int GroupOf(ReadOnlySpan<byte> key)
    {
        if (bySlot is null && servers[0].Length == 1)
            return 0;
        int slot = HashSlot.Of(key);
        return bySlot is null ? Lane.Of(slot, servers[0].Length) : slot;
    }
}
