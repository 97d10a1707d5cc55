using System.Text;
using Larder.MongoDB.Connections;
using Larder.MongoDB.Diagnostics;
using Larder.Shared;

namespace Larder.MongoDB.Topology;

/// <summary>
/// Knows the servers, and which of them takes writes: the primary of a replica set, a router, or a server that stands alone.
/// Commands go there, reads as well.
/// </summary>
/// <remarks>
/// The servers are asked when there is a need: at first, and when a command has shown that the primary is gone or is none any
/// more. Whoever needs it meanwhile waits for the same search
/// (https://github.com/mongodb/specifications/blob/master/source/server-discovery-and-monitoring/server-discovery-and-monitoring.md,
/// the single-threaded way).
/// </remarks>
internal sealed class ServerSelector(MongoDbStoreOptions options, MongoTelemetry telemetry) : IDisposable
{
    private readonly Dialer _dialer = new(options);
    private readonly Backoff _backoff = new(options.ReconnectDelay, options.MaxReconnectDelay, options.Random ?? Random.Shared);
    private readonly CancellationTokenSource _disposal = new();
    private readonly Lock _gate = new(); // Protects the fields below.
    private readonly Dictionary<ServerAddress, ConnectionPool> _pools = [];
    private HashSet<ServerAddress> _known = [.. options.Servers.Select(ServerAddress.Parse)];
    private Election _latest;
    private Task<ConnectionPool>? _search;
    private volatile ConnectionPool? _writable; // Read without the gate, as a short cut.

    /// <summary>The connections to the server that takes writes.</summary>
    /// <exception cref="MongoDbConnectionException">None was found in time.</exception>
    public ValueTask<ConnectionPool> SelectAsync(CancellationToken cancellationToken)
    {
        if (_writable is { } writable)
            return new ValueTask<ConnectionPool>(writable);
        Task<ConnectionPool> search;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposal.IsCancellationRequested, typeof(MongoDbStore));
            search = _search ??= Task.Run(SearchAsync, CancellationToken.None);
        }

        return new ValueTask<ConnectionPool>(search.WaitAsync(cancellationToken));
    }

    /// <summary>A command has shown that the server is gone, or takes no writes.</summary>
    /// <param name="pool">Its connections.</param>
    /// <param name="generation">The life of the pool that the command's connection was of.</param>
    /// <param name="isGone">Whether its connections are of no use any more.</param>
    /// <param name="reason">What has shown it.</param>
    public void Lost(ConnectionPool pool, int generation, bool isGone, Exception reason)
    {
        lock (_gate)
        {
            if (pool.Generation() != generation)
                return; // Somebody has noticed before.
            if (ReferenceEquals(_writable, pool))
            {
                _writable = null;
                telemetry.Lost(pool.Server, reason);
            }

            if (isGone)
                pool.Clear();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposal.IsCancellationRequested)
                return;
            _disposal.Cancel();
            _writable = null;
            foreach (ConnectionPool pool in _pools.Values)
                pool.Dispose();
        }
    }

    private async Task<ConnectionPool> SearchAsync()
    {
        try
        {
            long began = options.TimeProvider.GetTimestamp();
            for (int attempt = 1; ; attempt++)
            {
                ServerAddress[] servers;
                lock (_gate)
                    servers = [.. _known];
                Probe[] probes = await Task.WhenAll(servers.Select(ProbeAsync)).ConfigureAwait(false);
                if (await ChooseAsync(probes).ConfigureAwait(false) is { } found)
                    return found;
                TimeSpan wait = _backoff.Before(attempt);
                if (options.TimeProvider.GetElapsedTime(began) + wait > options.ServerSelectionTimeout)
                    throw new MongoDbConnectionException(Failure(probes), probes.FirstOrDefault(static probe => probe.Error is not null)?.Error);
                await Task.Delay(wait, options.TimeProvider, _disposal.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException disposed) when (_disposal.IsCancellationRequested)
        {
            throw new ObjectDisposedException("The store has been disposed.", disposed);
        }
        finally
        {
            lock (_gate)
                _search = null;
        }
    }

    private async Task<Probe> ProbeAsync(ServerAddress server)
    {
        ConnectionPool pool = PoolOf(server);
        try
        {
            return new Probe(pool, await _dialer.GreetAsync(server, pool.Generation(), _disposal.Token).ConfigureAwait(false), null);
        }
        catch (MongoDbException error)
        {
            return new Probe(pool, null, error);
        }
    }

    private async Task<ConnectionPool?> ChooseAsync(Probe[] probes)
    {
        Learn(probes);
        Probe? chosen = null;
        foreach (Probe probe in probes)
        {
            if (probe.Connection?.Hello is not { } hello)
                continue;
            if (options.ReplicaSet is { } set && hello.SetName != set && !hello.IsRouter)
                probe.Reject($"is of the replica set '{hello.SetName}', and '{set}' is wanted");
            else if (!hello.IsWritable)
                probe.Reject(hello.IsSecondary ? "is a secondary" : "takes no writes");
            else if (IsOutdated(hello))
                probe.Reject("was primary before the last election");
            else if (chosen is null || chosen.Connection!.Hello!.Election.IsBefore(hello.Election))
                chosen = probe;
        }

        foreach (Probe probe in probes)
        {
            if (!ReferenceEquals(probe, chosen))
                probe.Connection?.Dispose();
        }

        return chosen is null ? null : await UseAsync(chosen).ConfigureAwait(false);
    }

    // The user is known to all servers or to none: a wrong password ends the search.
    private async Task<ConnectionPool> UseAsync(Probe chosen)
    {
        HelloReply hello = chosen.Connection!.Hello!;
        chosen.Pool.Offer(await _dialer.AuthenticateAsync(chosen.Connection, _disposal.Token).ConfigureAwait(false));
        lock (_gate)
        {
            if (!hello.Election.Id.IsEmpty)
                _latest = hello.Election;
            ObjectDisposedException.ThrowIf(_disposal.IsCancellationRequested, typeof(MongoDbStore));
            _writable = chosen.Pool;
        }

        telemetry.Selected(chosen.Pool.Server);
        return chosen.Pool;
    }

    private bool IsOutdated(HelloReply hello)
    {
        lock (_gate)
            return hello.Election.IsBefore(_latest);
    }

    // Members name each other; those named by the user stay.
    private void Learn(Probe[] probes)
    {
        if (options.DirectConnection)
            return;
        lock (_gate)
        {
            HashSet<ServerAddress> known = [.. options.Servers.Select(ServerAddress.Parse)];
            foreach (Probe probe in probes)
            {
                if (probe.Connection?.Hello is not { SetName: not null } hello || (options.ReplicaSet is { } set && hello.SetName != set))
                    continue;
                known.UnionWith(from host in hello.Hosts let server = ServerAddress.TryParse(host) where server is not null select server.Value);
            }

            _known = known;
        }
    }

    private ConnectionPool PoolOf(ServerAddress server)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposal.IsCancellationRequested, typeof(MongoDbStore));
            if (!_pools.TryGetValue(server, out ConnectionPool? pool))
                _pools.Add(server, pool = new ConnectionPool(server, _dialer, options));
            return pool;
        }
    }

    private string Failure(Probe[] probes)
    {
        var text = new StringBuilder($"No server took writes within {options.ServerSelectionTimeout.TotalMilliseconds:0} ms:");
        foreach (Probe probe in probes)
            text.Append($" {probe.Pool.Server} {probe.Refusal ?? probe.Error?.Message};");
        return text.ToString().TrimEnd(';') + ".";
    }

    /// <summary>What became of asking one server.</summary>
    private sealed class Probe(ConnectionPool pool, MongoConnection? connection, Exception? error)
    {
        public ConnectionPool Pool => pool;

        public MongoConnection? Connection => connection;

        public Exception? Error => error;

        public string? Refusal { get; private set; }

        public void Reject(string reason) => Refusal = reason;
    }
}
