namespace Larder.MongoDB.Connections;

/// <summary>The connections to one server. The one used last is used first, so that those that are not needed grow old.</summary>
internal sealed class ConnectionPool(ServerAddress server, Dialer dialer, MongoDbStoreOptions options) : IDisposable
{
    private readonly SemaphoreSlim _room = new(options.MaxPoolSize, options.MaxPoolSize);
    private readonly Lock _gate = new(); // Protects the fields below.
    private readonly Stack<MongoConnection> _idle = new();
    private readonly HashSet<MongoConnection> _all = [];
    private int _generation;
    private bool _disposed;

    public ServerAddress Server => server;

    /// <summary>A connection for one command; give it back.</summary>
    /// <exception cref="MongoDbException">There is none, and none could be made.</exception>
    public async ValueTask<MongoConnection> RentAsync(CancellationToken cancellationToken)
    {
        if (!await EnterAsync(cancellationToken).ConfigureAwait(false))
            throw new MongoDbConnectionException($"None of the {options.MaxPoolSize} connections to {server} was free within {options.WaitQueueTimeout.TotalMilliseconds:0} ms.") { IsQueueFull = true };
        try
        {
            return TakeIdle() ?? Keep(await dialer.AuthenticateAsync(await dialer.GreetAsync(server, Generation(), cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            _room.Release();
            throw;
        }
    }

    /// <summary>Takes a connection back.</summary>
    public void Return(MongoConnection connection)
    {
        PutIdle(connection);
        _room.Release();
    }

    /// <summary>Takes a connection that was made outside, if there is room for it.</summary>
    public void Offer(MongoConnection connection)
    {
        if (!_room.Wait(0, CancellationToken.None))
        {
            connection.Dispose();
            return;
        }

        Return(Keep(connection));
    }

    /// <summary>Which life of the pool this is: connections of an earlier one are not used again.</summary>
    public int Generation()
    {
        lock (_gate)
            return _generation;
    }

    /// <summary>Closes what is idle, and what is in use when it is given back: the server has gone.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _generation++;
            foreach (MongoConnection connection in _idle)
                Forget(connection);
            _idle.Clear();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            foreach (MongoConnection connection in _all)
                connection.Dispose();
            _all.Clear();
            _idle.Clear();
        }
    }

    private ValueTask<bool> EnterAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return _room.Wait(0, CancellationToken.None) ? new ValueTask<bool>(true) : new ValueTask<bool>(_room.WaitAsync(options.WaitQueueTimeout, cancellationToken));
    }

    private MongoConnection? TakeIdle()
    {
        lock (_gate)
        {
            while (_idle.TryPop(out MongoConnection? connection))
            {
                if (IsUsable(connection))
                    return connection;
                Forget(connection);
            }

            return null;
        }
    }

    private void PutIdle(MongoConnection connection)
    {
        lock (_gate)
        {
            connection.IdleSince = options.TimeProvider.GetTimestamp();
            if (IsUsable(connection))
                _idle.Push(connection);
            else
                Forget(connection);
        }
    }

    private MongoConnection Keep(MongoConnection connection)
    {
        lock (_gate)
        {
            _all.Add(connection);
            if (!_disposed)
                return connection;
            Forget(connection);
            throw new ObjectDisposedException(nameof(MongoDbStore));
        }
    }

    // Under the gate, like the next.
    private bool IsUsable(MongoConnection connection) =>
        !_disposed && !connection.IsBroken && connection.Generation == _generation
        && (options.MaxIdleTime == Timeout.InfiniteTimeSpan || options.TimeProvider.GetElapsedTime(connection.IdleSince) < options.MaxIdleTime);

    private void Forget(MongoConnection connection)
    {
        _all.Remove(connection);
        connection.Dispose();
    }
}
