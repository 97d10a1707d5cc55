using Larder.PostgreSql.Connections;
using Larder.PostgreSql.Diagnostics;
using Larder.Shared;
using Npgsql;

namespace Larder.PostgreSql.Coherence;

/// <summary>A connection of its own on which the server tells of changes: made when somebody wants to know, tried while it is silent, made again when it is lost.</summary>
/// <remarks>
/// <para>The server delivers what was committed before it answers a question on the same connection. So an answer to the
/// heartbeat means not only that somebody is there: nothing that was told before it is still missing. A server or a network
/// that is silent is noticed at most <c>HeartbeatInterval + CommandTimeout</c> after the last word.</para>
/// <para>Until the first attempt has ended, whichever way, nobody may read and keep: what changes before the server
/// listens is told to nobody. The attempts before that are not told as a loss, unless the first one fails.</para>
/// </remarks>
internal sealed class Listener(Database database, string listen, PostgreSqlStoreOptions options, IChangeObserver observer, PostgreSqlTelemetry telemetry) : IAsyncDisposable
{
    private readonly CancellationTokenSource _disposal = new();
    private readonly TaskCompletionSource _attempted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Backoff _backoff = new(options.ReconnectDelay, options.MaxReconnectDelay, options.Random ?? Random.Shared);
    private readonly ChangeParts _parts = new();
    private readonly Lock _gate = new(); // Protects the start.
    private Task? _running;
    private volatile bool _isListening;
    private bool _isLost;

    /// <summary>Whether changes are told now, as far as anybody knows.</summary>
    public bool IsListening => _isListening;

    /// <summary>Completes when it listens, or has failed to.</summary>
    public Task Attempted => _attempted.Task;

    public void Start()
    {
        lock (_gate)
        {
            if (!_disposal.IsCancellationRequested)
                _running ??= Task.Run(RunAsync);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task? running;
        lock (_gate)
        {
            CancellationLink.Cancel(_disposal);
            running = _running;
        }

        if (running is not null)
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _attempted.TrySetResult();
    }

    private async Task RunAsync()
    {
        int failures = 0;
        while (!_disposal.IsCancellationRequested)
        {
            NpgsqlConnection? connection = null;
            try
            {
                connection = await BoundAsync(token => database.OpenToKeepAsync(token).AsTask(), options.ConnectTimeout + options.CommandTimeout).ConfigureAwait(false);
                connection.Notification += OnNotification;
                _parts.Forget();
                await ExecuteAsync(connection, listen).ConfigureAwait(false);
                failures = 0;
                Up();
                while (true)
                {
                    if (!await connection.WaitAsync(options.HeartbeatInterval, _disposal.Token).ConfigureAwait(false))
                        await ExecuteAsync(connection, "SELECT 1").ConfigureAwait(false);
                }
            }
            catch (Exception) when (_disposal.IsCancellationRequested)
            {
                // The store is being disposed; whatever came out of that is nobody's business.
            }
            catch (Exception error)
            {
                Down(error);
                failures++;
            }
            finally
            {
                if (connection is not null)
                    Close(connection);
            }

            await Task.Delay(_backoff.Before(failures - 1), options.TimeProvider, _disposal.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Up()
    {
        _isListening = true;
        telemetry.Listening();
        if (_isLost)
        {
            _isLost = false;
            telemetry.Reverified();
            observer.OnRestored();
        }

        _attempted.TrySetResult();
    }

    private void Down(Exception error)
    {
        _isListening = false;
        telemetry.NotListening(error);
        if (!_isLost)
        {
            _isLost = true;
            observer.OnLost();
        }

        _attempted.TrySetResult();
    }

    private void OnNotification(object sender, NpgsqlNotificationEventArgs notification)
    {
        if (!ChangeMessage.TryRead(notification.Payload, out ChangeMessage message))
            return;
        telemetry.Notified();
        _parts.Add(message, out string key, out ChangeParts.Outcome outcome);
        if (outcome == ChangeParts.Outcome.Torn)
            observer.OnTorn();
        else if (outcome == ChangeParts.Outcome.Whole)
            observer.OnChange(message.Kind, message.Sender, key);
    }

    private async Task ExecuteAsync(NpgsqlConnection connection, string text)
    {
        using var command = new NpgsqlCommand(text, connection);
        await BoundAsync(command.ExecuteNonQueryAsync, options.CommandTimeout).ConfigureAwait(false);
    }

    // However Npgsql's own timeouts end, and however long it takes to tell a server that does not answer to stop.
    private async Task<T> BoundAsync<T>(Func<CancellationToken, Task<T>> call, TimeSpan timeout)
    {
        Task<T> task = call(_disposal.Token);
        try
        {
            return await task.WaitAsync(timeout, options.TimeProvider, _disposal.Token).ConfigureAwait(false);
        }
        catch when (!task.IsCompleted)
        {
            _ = task.ContinueWith(
                static late =>
                {
                    _ = late.Exception; // It was given up.
                    if (late.IsCompletedSuccessfully && late.Result is IDisposable disposable)
                        disposable.Dispose();
                },
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
            throw;
        }
    }

    // In the background: a connection whose server is silent may take its time. What it still hears is not told.
    private void Close(NpgsqlConnection connection)
    {
        connection.Notification -= OnNotification;
        _ = Task.Run(async () =>
        {
            try
            {
                if (options.DataSource is not null && connection.FullState == System.Data.ConnectionState.Open)
                {
                    // It goes back to a pool that is not ours, as it was.
                    using var command = new NpgsqlCommand("UNLISTEN *", connection);
                    await command.ExecuteNonQueryAsync().ConfigureAwait(false);
                }
            }
            catch (Exception)
            {
                telemetry.Failed(); // It is broken, and will not be used again.
            }

            await connection.DisposeAsync().ConfigureAwait(false);
        });
    }
}
