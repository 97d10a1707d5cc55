using Larder.Redis.Connections;
using Larder.Redis.Diagnostics;
using Larder.Redis.Resp;

namespace Larder.Redis.Clusters;

/// <summary>The servers of a store, one or many: finds out what they are, sends each command where it belongs, follows redirections, and looks again when they change.</summary>
/// <remarks>
/// <para>Errors that say a command was not carried out (<c>MOVED</c>, <c>ASK</c>, <c>TRYAGAIN</c>, <c>CLUSTERDOWN</c>,
/// <c>READONLY</c>, <c>LOADING</c>, <c>MASTERDOWN</c>) are followed for every command; a lost connection is, where another
/// server may take over, for idempotent commands and those that were never sent. It ends after
/// <see cref="RedisStoreOptions.ConnectTimeout"/> and <see cref="RedisStoreOptions.CommandTimeout"/> together.</para>
/// <para>Trust: the listener is told of a loss when a primary in use is lost, and of the return when every primary is
/// connected. A primary that drops out of the topology counts as a loss that is over at once.</para>
/// </remarks>
internal sealed class ServerGroup : IRedisClient, INodeObserver
{
    private readonly RedisStoreOptions _options;
    private readonly RedisTelemetry _telemetry;
    private readonly ServerAddress[] _seeds;
    private readonly Dialer _dialer;
    private readonly Backoff _backoff;
    private readonly TopologyReader _reader;
    private readonly CancellationTokenSource _disposal = new();
    private readonly Backoff _patience;
    private IRedisListener _listener = NobodyListens.Instance;

    // Read without the gate; written under it.
    private volatile Topology? _topology;
    private volatile bool _tracks;

    // Held while trust changes and the listener is told, so that it is told in order. Taken before the gate.
    private readonly Lock _telling = new();

    private readonly Lock _gate = new(); // Protects the fields below.
    private readonly Dictionary<ServerAddress, RedisNode> _nodes = [];
    private readonly HashSet<RedisNode> _up = [];
    private Task<Topology>? _discovery;
    private bool _lost;

    public ServerGroup(RedisStoreOptions options, Keys.ServerKeys keys, RedisTelemetry telemetry)
    {
        _options = options;
        _telemetry = telemetry;
        _seeds = [.. options.Servers.Select(ServerAddress.Parse)];
        Random random = options.Random ?? Random.Shared;
        _dialer = new Dialer(options, keys, this, telemetry.Traffic);
        _backoff = new Backoff(options.ReconnectDelay, options.MaxReconnectDelay, random);
        _patience = new Backoff(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(500), random);
        _reader = new TopologyReader(NodeAt);
        _tracks = options.Tracking != RedisTracking.Channel;
    }

    public bool Tracks => _tracks;

    private bool CanFailOver => _topology?.IsCluster == true || _seeds.Length > 1;

    public void Start(IRedisListener listener)
    {
        _listener = listener;
        Rediscover();
    }

    public async ValueTask<RespValue> ExecuteAsync(RedisCommand command, CancellationToken cancellationToken)
    {
        long began = 0;
        RedisNode? target = null;
        bool asking = false;
        for (int attempt = 1; ; attempt++)
        {
            RedisNode? node = target;
            RedisException error;
            bool wait;
            try
            {
                Topology topology = _topology ?? await DiscoverAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
                node ??= topology.For(command) ?? throw new RedisServerException("CLUSTERDOWN nobody has the key's slot");
                RespValue reply = await node.ExecuteAsync(command, asking, cancellationToken).ConfigureAwait(false);
                if (!reply.IsError)
                    return reply;
                error = new RedisServerException(reply.Text);
                (target, asking, wait) = Judge((RedisServerException)error, node);
            }
            catch (RedisServerException refused) when (refused.Kind == RedisErrorKind.ClusterDown && node is null)
            {
                (error, target, asking, wait) = (refused, null, false, true);
            }
            catch (RedisConnectionException lost) when (CanFailOver && (command.IsIdempotent || !lost.MayHaveBeenCarriedOut) && !_disposal.IsCancellationRequested)
            {
                (error, target, asking, wait) = (lost, null, false, true);
            }

            if (began == 0)
                began = _options.TimeProvider.GetTimestamp();
            if (_options.TimeProvider.GetElapsedTime(began) > _options.ConnectTimeout + _options.CommandTimeout)
                throw error;
            if (target is not null)
                continue;
            if (wait)
                await Task.Delay(_patience.Before(attempt), _options.TimeProvider, cancellationToken).ConfigureAwait(false);
            if (await TryDiscoverAsync(cancellationToken).ConfigureAwait(false) is { } failed && !CanFailOver)
                throw failed;
        }
    }

    public async ValueTask<Func<byte[], int>> GroupingAsync(CancellationToken cancellationToken)
    {
        Topology topology = _topology ?? await DiscoverAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        return key => topology.GroupOf(key);
    }

    public async ValueTask<IReadOnlyList<Func<RedisCommand, CancellationToken, ValueTask<RespValue>>>> ServersAsync(CancellationToken cancellationToken)
    {
        Topology topology = _topology ?? await DiscoverAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        return [.. topology.Primaries.Select(node => new Func<RedisCommand, CancellationToken, ValueTask<RespValue>>((command, token) => ExecuteOnAsync(node, command, token)))];
    }

    public async ValueTask DisposeAsync()
    {
        RedisNode[] nodes;
        lock (_gate)
        {
            if (_disposal.IsCancellationRequested)
                return;
            _disposal.Cancel();
            nodes = [.. _nodes.Values];
        }

        foreach (RedisNode node in nodes)
            await node.DisposeAsync().ConfigureAwait(false);
    }

    void IConnectionObserver.OnPush(RespValue push) => _listener.OnPush(push);

    void INodeObserver.OnUp(RedisNode node, Greeting greeting)
    {
        _telemetry.Connected(node.Address, greeting.Refusal);
        _tracks = greeting.Tracks;
        lock (_gate)
            _up.Add(node);
        if (_topology is null || (greeting.IsReplica && !_topology.IsCluster && _topology.Primaries.Contains(node)))
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
                bool inUse = _topology is not { } topology || topology.Primaries.Contains(node);
                tell = inUse && !_lost;
                _lost |= inUse;
            }

            if (tell)
                _listener.OnLost(reason);
        }

        if (CanFailOver)
            Rediscover();
    }

    private static async ValueTask<RespValue> ExecuteOnAsync(RedisNode node, RedisCommand command, CancellationToken cancellationToken)
    {
        RespValue reply = await node.ExecuteAsync(command, asking: false, cancellationToken).ConfigureAwait(false);
        return reply.IsError ? throw new RedisServerException(reply.Text) : reply;
    }

    // What an error means for the command: where it goes next, or when it may try again. Any other error is thrown.
    private (RedisNode? Target, bool Asking, bool Wait) Judge(RedisServerException error, RedisNode node)
    {
        switch (error.Kind)
        {
            case RedisErrorKind.Moved:
                _telemetry.Redirected();
                RedisNode owner = NodeAt(Redirection.Parse(error.Message, node.Address).Target);
                Rediscover();
                return (owner, false, false);
            case RedisErrorKind.Ask:
                _telemetry.Redirected();
                return (NodeAt(Redirection.Parse(error.Message, node.Address).Target), true, false);
            case RedisErrorKind.TryAgain or RedisErrorKind.ClusterDown or RedisErrorKind.MasterDown or RedisErrorKind.Loading:
            case RedisErrorKind.ReadOnly when CanFailOver:
                return (null, false, true);
            case RedisErrorKind.ReadOnly:
                return (null, false, true); // The only server known is a replica; its primary is found from there.
            case RedisErrorKind.AuthenticationRequired:
                node.Drop(error); // The next connection says the password again.
                throw error;
            default:
                throw error;
        }
    }

    private RedisNode NodeAt(ServerAddress address)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposal.IsCancellationRequested, typeof(RedisStore));
            if (!_nodes.TryGetValue(address, out RedisNode? node))
                _nodes.Add(address, node = new RedisNode(address, _dialer, _backoff, this, _options.TimeProvider));
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
            candidates = [.. _up.Select(static node => node.Address).Concat(_topology?.Primaries.Select(static node => node.Address) ?? []).Concat(_seeds).Distinct()];
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
                RedisNode[] before = _topology?.Primaries ?? [];
                leaving = [.. before.Except(topology.Primaries)];
                foreach (RedisNode node in leaving)
                {
                    _nodes.Remove(node.Address);
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
        foreach (RedisNode node in topology.Primaries)
            _ = node.ConnectAsync();
    }

    // With the telling lock held.
    private void TellIfRestored()
    {
        lock (_gate)
        {
            if (!_lost || _topology is not { } topology || !Array.TrueForAll(topology.Primaries, _up.Contains))
                return;
            _lost = false;
        }

        _telemetry.Restored();
        _listener.OnRestored();
    }

    private sealed class NobodyListens : IRedisListener
    {
        public static readonly NobodyListens Instance = new();

        public void OnPush(RespValue push)
        {
        }

        public void OnLost(Exception reason)
        {
        }

        public void OnRestored()
        {
        }
    }
}
