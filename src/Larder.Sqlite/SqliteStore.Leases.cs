using System.Security.Cryptography;
using System.Text;
using Larder.Sqlite.Files;
using Larder.Sqlite.Keys;

namespace Larder;

/// <content>Leases: a row of a table under a random token. A process that dies leaves it to run out.</content>
public sealed partial class SqliteStore
{
    private const int TokenLength = 32;

    /// <inheritdoc/>
    public async ValueTask<string?> TryAcquireLeaseAsync(string key, TimeSpan duration, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        RequirePositive(duration, nameof(duration));
        byte[] name = KeyBytes.Of(key);
        string token = RandomNumberGenerator.GetHexString(TokenLength, lowercase: true);
        byte[] bytes = Encoding.ASCII.GetBytes(token);
        // Not for the disk: whoever holds a lease is gone when the power is.
        bool granted = await WriteAsync(transaction => transaction.Leases.TryAcquire(name, bytes, duration), cancellationToken, isDurable: false).ConfigureAwait(false);
        _telemetry.LeaseAsked(granted);
        return granted ? token : null;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The TTL is not positive, or key and value are longer than the billion bytes that SQLite takes.</exception>
    public async ValueTask<bool> SetWithLeaseAsync(string key, string lease, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(lease);
        RequirePositive(timeToLive, nameof(timeToLive));
        byte[] name = KeyBytes.Of(key);
        RequireShort(name, value);
        byte[] token = KeyBytes.Of(lease);
        bool written = await WriteAsync(
            transaction =>
            {
                if (!transaction.Leases.TryEnd(name, token))
                    return false;
                transaction.Entries.Set(name, value.Span, timeToLive);
                return true;
            },
            cancellationToken,
            bytes: name.Length + value.Length).ConfigureAwait(false);
        if (!written)
            _telemetry.LeaseLost();
        return written;
    }

    /// <inheritdoc/>
    public async ValueTask ReleaseLeaseAsync(string key, string lease, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(lease);
        byte[] name = KeyBytes.Of(key);
        byte[] token = KeyBytes.Of(lease);
        await WriteAsync(transaction => transaction.Leases.TryEnd(name, token), cancellationToken, isDurable: false).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask WaitForLeaseAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        while (true)
        {
            // Asked for before the question: what is committed after the answer is noticed.
            Task committed = _watcher.NextCommit();
            long? expires = await ReadAsync(key, static (reader, key, _) => reader.LeaseExpiry(key), cancellationToken).ConfigureAwait(false);
            long now = Instant.Of(_options.TimeProvider);
            if (expires is not { } end || end <= now)
                return;
            var left = TimeSpan.FromMicroseconds(end - now);
            try
            {
                await committed.WaitAsync(left < LongestWait ? left : LongestWait, _options.TimeProvider, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // It has run out, or nearly; it is looked at again.
            }
        }
    }
}
