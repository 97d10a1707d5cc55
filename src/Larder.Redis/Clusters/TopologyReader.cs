using Larder.Redis.Connections;
using Larder.Redis.Keys;
using Larder.Redis.Resp;

namespace Larder.Redis.Clusters;

/// <summary>Asks a server what it is part of.</summary>
/// <param name="lanesAt">The connections to a server; the first is asked.</param>
internal sealed class TopologyReader(Func<ServerAddress, RedisNode[]> lanesAt)
{
    private static readonly RedisCommand Slots = RedisCommand.About("CLUSTER", "SLOTS");
    private static readonly RedisCommand Role = RedisCommand.About("ROLE");

    /// <exception cref="RedisException">The server does not answer, or leads nowhere.</exception>
    public async Task<Topology> ReadAsync(ServerAddress server, CancellationToken cancellationToken)
    {
        RedisNode[] lanes = lanesAt(server);
        RedisNode node = lanes[0];
        await node.ConnectAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        if (node.Greeting!.IsCluster)
            return await ReadClusterAsync(node, cancellationToken).ConfigureAwait(false);

        // Not what it greeted with: that may be long ago.
        RespValue role = await node.ExecuteAsync(Role, asking: false, cancellationToken).ConfigureAwait(false);
        if (role.IsError)
        {
            // Access lists often forbid it. Then the greeting has to do.
            if (node.Greeting.IsReplica)
                throw new RedisServerException($"{role.Text} ({server} is a replica, and where its primary is may not be asked)");
            return new Topology(null, [lanes]);
        }

        if (role.Elements is not [{ } kind, ..] || kind.Text != "slave")
            return new Topology(null, [lanes]);
        if (role.Elements is not [_, { } host, { Kind: RespKind.Integer } port, ..])
            throw new RedisProtocolException($"ROLE was answered by {role}.");

        RedisNode[] primaryLanes = lanesAt(new ServerAddress(host.Text, (int)port.Integer));
        RedisNode primary = primaryLanes[0];
        await primary.ConnectAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        RespValue answer = await AskAsync(primary, Role, cancellationToken).ConfigureAwait(false);
        return answer.Elements[0].Text == "master"
            ? new Topology(null, [primaryLanes])
            : throw new RedisConnectionException($"{server} is a replica of {primary.Address}, which is no primary.");
    }

    private async Task<Topology> ReadClusterAsync(RedisNode node, CancellationToken cancellationToken)
    {
        // Each range: first slot, last slot, primary, replicas; a server: host, port, id, more.
        RespValue answer = await AskAsync(node, Slots, cancellationToken).ConfigureAwait(false);
        var bySlot = new RedisNode[]?[HashSlot.Count];
        var primaries = new Dictionary<ServerAddress, RedisNode[]>();
        foreach (RespValue range in answer.Elements)
        {
            if (range.Elements is not [{ Kind: RespKind.Integer } first, { Kind: RespKind.Integer } last, { Kind: RespKind.Array } primary, ..]
                || first.Integer < 0 || last.Integer >= HashSlot.Count || primary.Elements is not [var host, { Kind: RespKind.Integer } port, ..])
                throw new RedisProtocolException("CLUSTER SLOTS was answered by something else.");

            string name = host.IsNull || host.Text.Length == 0 ? node.Address.Host : host.Text;
            var address = new ServerAddress(name, (int)port.Integer);
            if (!primaries.TryGetValue(address, out RedisNode[]? owner))
                primaries.Add(address, owner = lanesAt(address));
            for (long slot = first.Integer; slot <= last.Integer; slot++)
                bySlot[slot] = owner;
        }

        if (primaries.Count == 0)
            throw new RedisConnectionException($"{node.Address} belongs to a cluster in which nobody has any slots.");
        return new Topology(bySlot, [.. primaries.Values]);
    }

    private static async ValueTask<RespValue> AskAsync(RedisNode node, RedisCommand command, CancellationToken cancellationToken)
    {
        RespValue answer = await node.ExecuteAsync(command, asking: false, cancellationToken).ConfigureAwait(false);
        return answer.IsError ? throw new RedisServerException(answer.Text) : answer;
    }
}
