using System.Runtime.CompilerServices;
using Larder.Redis.Connections;
using Larder.Redis.Diagnostics;
using Larder.Redis.Keys;
using Larder.Redis.Resp;
using Larder.Shared;

namespace Larder.Redis.Clusters;

/// <summary>The servers of a store, one or many: finds out what they are, sends each command where it belongs, follows redirections, and looks again when they change.</summary>
/// <remarks>
/// <para>Errors that say a command was not carried out (<c>MOVED</c>, <c>ASK</c>, <c>TRYAGAIN</c>, <c>CLUSTERDOWN</c>,
/// <c>READONLY</c>, <c>LOADING</c>, <c>MASTERDOWN</c>) are followed for every command; a lost connection is, where another
/// server may take over, for idempotent commands and those that were never sent. It ends after
/// <see cref="RedisStoreOptions.ConnectTimeout"/> and <see cref="RedisStoreOptions.CommandTimeout"/> together.</para>
/// <para>Trust: the listener is told of a loss when a connection to a primary in use is lost, and of the return when all
/// connections to all primaries are there. A primary that drops out of the topology counts as a loss that is over at once.</para>
/// </remarks>
internal sealed partial class ServerGroup : IRedisClient, INodeObserver
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
    private readonly Dictionary<(ServerAddress Server, int Lane), RedisNode> _nodes = [];
    private readonly HashSet<RedisNode> _up = [];
    private Task<Topology>? _discovery;
    private bool _lost;

    public ServerGroup(RedisStoreOptions options, ServerKeys keys, RedisTelemetry telemetry)
    {
        _options = options;
        _telemetry = telemetry;
        _seeds = [.. options.Servers.Select(ServerAddress.Parse)];
        Random random = options.Random ?? Random.Shared;
        _dialer = new Dialer(options, keys, telemetry.Traffic);
        _backoff = new Backoff(options.ReconnectDelay, options.MaxReconnectDelay, random);
        _patience = new Backoff(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(500), random);
        _reader = new TopologyReader(LanesAt);
        _tracks = options.Tracking != RedisTracking.Channel;
    }

    public bool Tracks => _tracks;

    private bool CanFailOver => _topology?.IsCluster == true || _seeds.Length > 1;

    public void Start(IRedisListener listener)
    {
        _listener = listener;
        Rediscover();
    }

    public ValueTask<RespValue>? TrySend(RedisCommand command, CancellationToken cancellationToken) =>
        !CommandTelemetry.IsObserved && _topology?.For(command)?.Live is { } live ? Sent(live.ExecuteAsync(command, asking: false, cancellationToken)) : null;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<RespValue> ExecuteAsync(RedisCommand command, CancellationToken cancellationToken)
    {
        bool direct = true;
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
                RespValue reply = await SendAsync(node, command, asking, direct, cancellationToken).ConfigureAwait(false);
                if (!reply.IsError)
                    return reply;
                error = new RedisServerException(reply.Text);
                (target, asking, wait) = Judge((RedisServerException)error, node);
            }
            catch (RedisServerException refused) when (refused.Kind == RedisErrorKind.ClusterDown && node is null)
            {
                (error, target, asking, wait) = (refused, null, false, true);
            }
            catch (RedisConnectionException lost) when (direct && (command.IsIdempotent || !lost.MayHaveBeenCarriedOut))
            {
                direct = false; // Once more, on the node's next connection.
                continue;
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
        return [.. topology.Servers.Select(node => new Func<RedisCommand, CancellationToken, ValueTask<RespValue>>((command, token) => ExecuteOnAsync(node, command, token)))];
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

    private ValueTask<RespValue> SendAsync(RedisNode node, RedisCommand command, bool asking, bool direct, CancellationToken cancellationToken)
    {
        if (CommandTelemetry.IsObserved)
            return CommandTelemetry.ObserveAsync(node, command, asking, direct ? DirectlyAsync : PatientlyAsync, _options, cancellationToken);
        return direct ? DirectlyAsync(node, command, asking, cancellationToken) : PatientlyAsync(node, command, asking, cancellationToken);

        // On the connection that is there, if one is.
        static ValueTask<RespValue> DirectlyAsync(RedisNode node, RedisCommand command, bool asking, CancellationToken cancellationToken) =>
            node.Live is { } live ? live.ExecuteAsync(command, asking, cancellationToken) : node.ExecuteAsync(command, asking, cancellationToken);

        static ValueTask<RespValue> PatientlyAsync(RedisNode node, RedisCommand command, bool asking, CancellationToken cancellationToken) =>
            node.ExecuteAsync(command, asking, cancellationToken);
    }

    private static ValueTask<RespValue>? Sent(ValueTask<RespValue> reply) => reply;

    private async ValueTask<RespValue> ExecuteOnAsync(RedisNode node, RedisCommand command, CancellationToken cancellationToken)
    {
        RespValue reply = await SendAsync(node, command, asking: false, direct: false, cancellationToken).ConfigureAwait(false);
        return reply.IsError ? throw new RedisServerException(reply.Text) : reply;
    }

    // What an error means for the command: where it goes next, or when it may try again. Any other error is thrown.
    private (RedisNode? Target, bool Asking, bool Wait) Judge(RedisServerException error, RedisNode node)
    {
        switch (error.Kind)
        {
            case RedisErrorKind.Moved:
                _telemetry.Redirected();
                RedisNode owner = NodeAt(Redirection.Parse(error.Message, node.Address).Target, node.Lane.Index);
                Rediscover();
                return (owner, false, false);
            case RedisErrorKind.Ask:
                _telemetry.Redirected();
                return (NodeAt(Redirection.Parse(error.Message, node.Address).Target, node.Lane.Index), true, false);
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

    private sealed class NobodyListens : IRedisListener
    {
        public static readonly NobodyListens Instance = new();

        public void OnPush(RespValue push, RespValue before, Lane lane)
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
