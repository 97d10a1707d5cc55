using Larder.Redis.Connections;
using Larder.Redis.Keys;
using Larder.Redis.Resp;

namespace Larder.Redis.Clusters;

/// <content>Which servers there are, and whether everything that they say is heard.</content>
internal sealed partial class ServerGroup
{
    void INodeObserver.OnPush(RedisNode node, RespValue push, RespValue before) => _listener.OnPush(push, before, node.Lane);

    void INodeObserver.OnUp(RedisNode node, Greeting greeting)
    {
        _telemetry.Connected(node.Address, greeting.Refusal);
        _tracks = greeting.Tracks;
        lock (_gate)
            _up.Add(node);
        if (_topology is null || (greeting.IsReplica && !_topology.IsCluster && _topology.Connections.Contains(node)))
            Rediscover(); // Or the primary has become a replica.
        lock (_telling)
            TellIfRestored();
    }

    void INodeObserver.OnDown(RedisNode node, Exception reason)
    {
        _telemetry.Disconnected(node.Address, reason);
        lock (_telling)
        {
            bool tell;
            lock (_gate)
            {
                if (_disposal.IsCancellationRequested)
                    return;
                _up.Remove(node);
                bool inUse = _topology is not { } topology || topology.Connections.Contains(node);
                tell = inUse && !_lost;
                _lost |= inUse;
            }

            if (tell)
                _listener.OnLost(reason);
        }

        if (CanFailOver)
            Rediscover();
    }

    private RedisNode[] LanesAt(ServerAddress address) => [.. Enumerable.Range(0, _options.ConnectionsPerServer).Select(lane => NodeAt(address, lane))];

    private RedisNode NodeAt(ServerAddress address, int lane)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposal.IsCancellationRequested, typeof(RedisStore));
            if (!_nodes.TryGetValue((address, lane), out RedisNode? node))
                _nodes.Add((address, lane), node = new RedisNode(address, new Lane(lane, _options.ConnectionsPerServer), _dialer, _backoff, this, _options.TimeProvider));
            return node;
        }
    }

    private void Rediscover()
    {
        if (!_disposal.IsCancellationRequested)
            _ = TryDiscoverAsync(CancellationToken.None);
    }

    private async Task<RedisException?> TryDiscoverAsync(CancellationToken cancellationToken)
    {
        try
        {
            await DiscoverAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (RedisException error)
        {
            return error; // Told where the topology is needed; every lost connection asks again.
        }
        catch (ObjectDisposedException)
        {
            return null;
        }
    }

    private Task<Topology> DiscoverAsync()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposal.IsCancellationRequested, typeof(RedisStore));
            return _discovery is { IsCompleted: false } ? _discovery : _discovery = Task.Run(ReadTopologyAsync);
        }
    }

    private async Task<Topology> ReadTopologyAsync()
    {
        // Those that are connected know best; then those that were named.
        ServerAddress[] candidates;
        lock (_gate)
            candidates = [.. _up.Select(static node => node.Address).Concat(_topology?.Connections.Select(static node => node.Address) ?? []).Concat(_seeds).Distinct()];
        Exception? first = null;
        foreach (ServerAddress candidate in candidates)
        {
            try
            {
                Topology topology = await _reader.ReadAsync(candidate, _disposal.Token).ConfigureAwait(false);
                Take(topology);
                return topology;
            }
            catch (Exception error) when (error is not OperationCanceledException and not ObjectDisposedException)
            {
                first ??= error;
            }
        }

        throw candidates.Length == 1 && first is RedisException only ? only : new RedisConnectionException($"None of {string.Join(", ", candidates)} leads to a primary: {first!.Message}", first);
    }

    private void Take(Topology topology)
    {
        RedisNode[] leaving;
        lock (_telling)
        {
            bool forgotten;
            lock (_gate)
            {
                RedisNode[] before = _topology?.Connections ?? [];
                leaving = [.. before.Except(topology.Connections)];
                foreach (RedisNode node in leaving)
                {
                    _nodes.Remove((node.Address, node.Lane.Index));
                    _up.Remove(node);
                }

                forgotten = leaving.Length > 0 && !_lost;
                _lost |= forgotten;
                _topology = topology;
            }

            if (forgotten)
                _listener.OnLost(new RedisConnectionException($"{leaving[0].Address} has no keys any more."));
            TellIfRestored();
        }

        foreach (RedisNode node in leaving)
            _ = node.DisposeAsync().AsTask();
        foreach (RedisNode node in topology.Connections)
            _ = node.ConnectAsync();
    }

    // With the telling lock held.
    private void TellIfRestored()
    {
        lock (_gate)
        {
            if (!_lost || _topology is not { } topology || !Array.TrueForAll(topology.Connections, _up.Contains))
                return;
            _lost = false;
        }

        _telemetry.Restored();
        _listener.OnRestored();
    }
}
