using Larder.Redis.Keys;
using Larder.Redis.Resp;
using Larder.Shared;

namespace Larder.Redis.Connections;

/// <summary>One connection to one server: made on first use, made again when it is lost.</summary>
/// <remarks>
/// <para>While the first attempt after a loss is under way, callers wait for it: most losses are a restart away. When
/// it has failed, they fail at once with the reason, and attempts go on in the background.</para>
/// <para>A command whose connection was lost may have been carried out. Only an idempotent one is sent again, once.</para>
/// </remarks>
internal sealed class RedisNode(ServerAddress address, Lane lane, Dialer dialer, Backoff backoff, INodeObserver observer, TimeProvider time) : IConnectionObserver, IAsyncDisposable
{
    private readonly CancellationTokenSource _disposal = new();
    private readonly Lock _gate = new(); // Protects the fields below.
    private TaskCompletionSource<RedisConnection> _connection = NewAttempt();
    private Task _running = Task.CompletedTask;
    private bool _started;
    private volatile RedisConnection? _live; // Read without the gate, as a short cut to what the task holds.

    public ServerAddress Address => address;

    /// <summary>Which of the connections to the server it is.</summary>
    public Lane Lane => lane;

    /// <summary>The connection, if there is one; it may have been lost a moment ago.</summary>
    public RedisConnection? Live => _live;

    /// <summary>What the server said when it was last greeted.</summary>
    public Greeting? Greeting { get; private set; }

    /// <summary>The connection; made if there was none so far.</summary>
    /// <exception cref="RedisException">There is none, and it could not be made lately.</exception>
    public Task<RedisConnection> ConnectAsync()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposal.IsCancellationRequested, typeof(RedisStore));
            if (!_started)
            {
                _started = true;
                _running = Task.Run(RunAsync);
            }

            return _connection.Task;
        }
    }

    /// <summary>Sends a command and gives back the answer, which may be an error.</summary>
    public async ValueTask<RespValue> ExecuteAsync(RedisCommand command, bool asking, CancellationToken cancellationToken)
    {
        for (bool again = false; ; again = true)
        {
            Task<RedisConnection> connecting = ConnectAsync();
            RedisConnection connection = connecting.IsCompletedSuccessfully ? connecting.Result : await connecting.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return await connection.ExecuteAsync(command, asking, cancellationToken).ConfigureAwait(false);
            }
            catch (RedisConnectionException lost) when ((command.IsIdempotent || !lost.MayHaveBeenCarriedOut) && !again && !_disposal.IsCancellationRequested)
            {
                Restart(connecting);
            }
        }
    }

    /// <summary>Ends the connection; the next is made at once.</summary>
    public void Drop(Exception reason)
    {
        Task<RedisConnection> connecting;
        lock (_gate)
            connecting = _connection.Task;
        if (connecting.IsCompletedSuccessfully)
            connecting.Result.Close(reason);
    }

    public async ValueTask DisposeAsync()
    {
        Task running;
        lock (_gate)
        {
            _disposal.Cancel();
            running = _running;
        }

        Drop(new ObjectDisposedException(nameof(RedisStore)));
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _connection.TrySetException(new ObjectDisposedException(nameof(RedisStore)));
        _ = _connection.Task.Exception;
        _disposal.Dispose();
    }

    void IConnectionObserver.OnPush(RespValue push, RespValue before) => observer.OnPush(this, push, before);

    private static TaskCompletionSource<RedisConnection> NewAttempt() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task RunAsync()
    {
        int failures = 0;
        ServerClient? predecessor = null;
        while (!_disposal.IsCancellationRequested)
        {
            RedisConnection connection;
            try
            {
                (connection, Greeting greeting) = await dialer.ConnectAsync(address, this, predecessor, _disposal.Token).ConfigureAwait(false);
                Greeting = greeting;
                predecessor = greeting.Client;
                failures = 0;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception error)
            {
                observer.OnDown(this, error);
                Fail(error);
                await Task.Delay(backoff.Before(++failures), time, _disposal.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }

            // In this order: whoever reads through the connection relies on what the observer was told.
            observer.OnUp(this, Greeting);
            Task<RedisConnection> live = Succeed(connection);
            if (_disposal.IsCancellationRequested)
                connection.Close(new ObjectDisposedException(nameof(RedisStore)));
            Exception reason = await connection.Ended.ConfigureAwait(false);
            if (_disposal.IsCancellationRequested)
                return;
            observer.OnDown(this, reason);
            Restart(live);
        }
    }

    private Task<RedisConnection> Succeed(RedisConnection connection)
    {
        lock (_gate)
        {
            if (_connection.Task.IsCompleted)
                _connection = NewAttempt();
            _connection.SetResult(connection);
            _live = connection;
            return _connection.Task;
        }
    }

    private void Fail(Exception error)
    {
        lock (_gate)
        {
            if (_connection.Task.IsCompleted)
                _connection = NewAttempt();
            _connection.SetException(error);
            _ = _connection.Task.Exception; // Nobody may be waiting for it.
        }
    }

    // Whoever notices the loss first lets callers wait for the next attempt.
    private void Restart(Task<RedisConnection> lost)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(_connection.Task, lost))
                return;
            _connection = NewAttempt();
            _live = null;
        }
    }
}
