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
        bool granted = false;
        _waits.Hold(key);
        try
        {
            RespValue answer = await RunAsync(
                Scripts.Acquire,
                Scripts.Acquire.Call(EntryAndLease(key), [Encoding.ASCII.GetBytes(token), Expiry(duration)[0], _keys.Channel, Message(ChangeMessage.LeaseKind, key)]),
                cancellationToken).ConfigureAwait(false);
            granted = answer.Integer != 0;
        }
        finally
        {
            if (!granted)
                _waits.LetGo(key);
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
        _waits.AboutToChange(key);
        RespValue written = await RunAsync(
            Scripts.SetWithLease,
            Scripts.SetWithLease.Call(EntryAndLease(key), [Encoding.UTF8.GetBytes(lease), value, .. Expiry(timeToLive)]),
            cancellationToken).ConfigureAwait(false);
        _waits.LetGo(key);
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
        _waits.LetGo(key);
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
            // Listening begins before the question: what happens after the answer is heard.
            using LeaseWaits.Wait wait = _waits.Listen(key);
            if (await WaitAsync(wait).ConfigureAwait(false))
                return;
        }

        // Whether the lease has ended. If not, something happened to it. An expiry may be told late, or by the question itself;
        // so it is asked when the time is over while the same wait goes on; and once more, because the server tells of what it
        // noticed during a command only behind the answer.
        async ValueTask<bool> WaitAsync(LeaseWaits.Wait wait)
        {
            bool late = false;
            while (!wait.Happened.Task.IsCompleted)
            {
                RespValue answer = await RunAsync(Scripts.LeaseState, state, cancellationToken).ConfigureAwait(false);
                if (answer is not { Kind: RespKind.Array, Elements: [{ Kind: RespKind.Integer, Integer: var remaining }, { Kind: RespKind.Integer, Integer: var inPlace }] })
                    throw new RedisProtocolException($"A script answered with a {answer.Kind} where the state of a lease was expected.");
                if (remaining < 0 && !late)
                    return true;
                late = false;
                if (remaining < 0)
                    continue;
                // Beside a lease there is an entry, which may be in memory here, and whose change has to be told.
                if (inPlace == 1)
                    _waits.Leased(wait);
                try
                {
                    await wait.Happened.Task.WaitAsync(TimeSpan.FromMilliseconds(Math.Min(remaining, int.MaxValue) + 1), _options.TimeProvider, cancellationToken).ConfigureAwait(false);
                }
                catch (TimeoutException)
                {
                    late = true; // It must have run out by now.
                }
            }

            return false;
        }
    }

    private ReadOnlyMemory<byte>[] EntryAndLease(string key)
    {
        byte[] entry = _keys.Entry(key);
        return [entry, ServerKeys.Lease(entry)];
    }
}
