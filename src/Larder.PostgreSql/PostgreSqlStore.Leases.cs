using System.Security.Cryptography;
using Larder.PostgreSql.Coherence;
using Larder.PostgreSql.Connections;
using Larder.PostgreSql.Keys;
using Larder.Shared;

namespace Larder;

/// <content>Leases; how they lie in the table is told at the type.</content>
public sealed partial class PostgreSqlStore
{
    private const int TokenLength = 32;

    // How often a lease is looked at while nobody tells of its end.
    private static readonly TimeSpan UnheardInterval = TimeSpan.FromMilliseconds(200);

    private readonly LeaseWaits _waits = new();
    private readonly HeldLeases _held;

    /// <inheritdoc/>
    public async ValueTask<string?> TryAcquireLeaseAsync(string key, TimeSpan duration, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        RequirePositive(duration, nameof(duration));
        RowKey row = RowKey.Of(key);
        string token = RandomNumberGenerator.GetHexString(TokenLength, lowercase: true);
        bool granted = false;
        _held.Hold(key, duration);
        try
        {
            granted = await RunAsync(
                _statements.Acquire,
                [Parameters.Bytes(row.Id), Parameters.Name(row), Parameters.Text(token), Parameters.Seconds(duration)],
                changesNothing: false,
                AnyAsync,
                cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (!granted)
                _held.LetGo(key);
        }

        _telemetry.LeaseAsked(granted);
        return granted ? token : null;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> SetWithLeaseAsync(string key, string lease, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(lease);
        RequirePositive(timeToLive, nameof(timeToLive));
        bool written;
        try
        {
            written = IsToken(lease) && await RunAsync(
                _statements.SetWithLease,
                [Parameters.Text(_sender), Parameters.Bytes(RowKey.Of(key).Id), Parameters.Text(lease), Parameters.Bytes(value), Parameters.Seconds(timeToLive)],
                changesNothing: false,
                AnyAsync,
                cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _held.LetGo(key);
        }

        if (!written)
            _telemetry.LeaseLost();
        return written;
    }

    /// <inheritdoc/>
    public async ValueTask ReleaseLeaseAsync(string key, string lease, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(lease);
        if (!IsToken(lease))
            return;
        try
        {
            await RunAsync(_statements.Release, [Parameters.Bytes(RowKey.Of(key).Id), Parameters.Text(lease)], changesNothing: false, AnyAsync, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _held.LetGo(key);
        }
    }

    /// <inheritdoc/>
    public async ValueTask WaitForLeaseAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        cancellationToken.ThrowIfCancellationRequested();
        _listener.Start();
        await _listener.Attempted.WaitAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            // Listening begins before the question: what happens after the answer is heard.
            using LeaseWaits.Wait wait = _waits.Listen(key);
            TimeSpan? left = await RunAsync(
                _statements.LeaseLeft,
                [Parameters.Bytes(RowKey.Of(key).Id)],
                changesNothing: true,
                static async (rows, token) => await rows.ReadAsync(token).ConfigureAwait(false) ? Span(rows.GetDouble(0)) : default(TimeSpan?),
                cancellationToken).ConfigureAwait(false);
            if (left is not { } most)
                return;
            most = TimeSpan.FromMilliseconds(Math.Min(most.TotalMilliseconds, int.MaxValue) + 1);
            if (!_listener.IsListening && most > UnheardInterval)
                most = UnheardInterval;
            try
            {
                await wait.Happened.Task.WaitAsync(most, _options.TimeProvider, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // It must have run out by now; or nobody would have told.
            }
        }
    }

    // What no lease is called; a text could hold what the server does not take as one.
    private static bool IsToken(string lease) => lease.Length == TokenLength && lease.All(char.IsAsciiHexDigitLower);
}
