using Larder.Redis.Connections;
using Larder.Redis.Keys;

namespace Larder.Redis.Clusters;

/// <summary>Which server has which keys, as far as is known. It does not change; a new one takes its place.</summary>
/// <param name="bySlot">The primary of every slot; <see langword="null"/> when one server has them all.</param>
/// <param name="primaries">Every server that has keys, each once.</param>
internal sealed class Topology(RedisNode?[]? bySlot, RedisNode[] primaries)
{
    public RedisNode[] Primaries => primaries;

    public bool IsCluster => bySlot is not null;

    /// <summary>Where a command belongs; nothing when its slot is nobody's.</summary>
    public RedisNode? For(RedisCommand command) => bySlot is null || !command.HasKey ? primaries[0] : bySlot[HashSlot.Of(command.Key)];

    /// <summary>The keys that one command may name together: all on one server, those of one slot in a cluster.</summary>
    public int GroupOf(ReadOnlySpan<byte> key) => bySlot is null ? 0 : HashSlot.Of(key);
}
