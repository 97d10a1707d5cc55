using System.Security.Cryptography;
using System.Text;
using Larder.Redis;
using Larder.Redis.Connections;
using Larder.Redis.Keys;
using Larder.Redis.Resp;

namespace Larder;

/// <content>Leases; how they lie on the server is told at the type.</content>
public sealed partial class RedisStore
{
    private const int TokenLength = 32;

    private readonly LeaseWaits _waits = new();

    /// <inheritdoc/>
    public async ValueTask<string?> TryAcquireLeaseAsync(string key, TimeSpan duration, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        RequirePositive(duration, nameof(duration));
        string token = RandomNumberGenerator.GetHexString(TokenLength, lowercase: true);
        RespValue granted = await RunAsync(Scripts.Acquire, Scripts.Acquire.Call(EntryAndLease(key), [Encoding.ASCII.GetBytes(token), Expiry(duration)[0]]), cancellationToken).ConfigureAwait(false);
        _telemetry.LeaseAsked(granted.Integer != 0);
        return granted.Integer != 0 ? token : null;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> SetWithLeaseAsync(string key, string lease, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(lease);
        RequirePositive(timeToLive, nameof(timeToLive));
        RespValue written = await RunAsync(
            Scripts.SetWithLease,
            Scripts.SetWithLease.Call(EntryAndLease(key), [Encoding.UTF8.GetBytes(lease), value, .. Expiry(timeToLive)]),
            cancellationToken).ConfigureAwait(false);
        if (written.Integer == 0)
        {
            _telemetry.LeaseLost();
            return false;
        }

        await ChangedAsync(key).ConfigureAwait(false);
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask ReleaseLeaseAsync(string key, string lease, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(lease);
        RespValue ended = await RunAsync(Scripts.Release, Scripts.Release.Call(EntryAndLease(key), [Encoding.UTF8.GetBytes(lease)], isIdempotent: true), cancellationToken).ConfigureAwait(false);
        if (ended.Integer != 0)
            await ChangedAsync(key).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask WaitForLeaseAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        RedisCommand state = Scripts.LeaseState.Call(EntryAndLease(key), [], isIdempotent: true);
        while (true)
        {
            // Listening begins before the question: what happens after the answer is heard. An expiry may be told late.
            using LeaseWaits.Wait wait = _waits.Listen(key);
            RespValue remaining = await RunAsync(Scripts.LeaseState, state, cancellationToken).ConfigureAwait(false);
            if (remaining.Integer < 0)
                return;
            try
            {
                await wait.Happened.Task.WaitAsync(TimeSpan.FromMilliseconds(Math.Min(remaining.Integer, int.MaxValue) + 1), _options.TimeProvider, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                continue; // It must have run out by now.
            }
        }
    }

    private ReadOnlyMemory<byte>[] EntryAndLease(string key)
    {
        byte[] entry = _keys.Entry(key);
        return [entry, ServerKeys.Lease(entry)];
    }
}
