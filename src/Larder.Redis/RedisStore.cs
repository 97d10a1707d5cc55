using System.Runtime.CompilerServices;
using Larder.Redis;
using Larder.Redis.Clusters;
using Larder.Redis.Connections;
using Larder.Redis.Diagnostics;
using Larder.Redis.Keys;
using Larder.Redis.Resp;
using Larder.Stores;

namespace Larder;

/// <summary>
/// Entries in a Redis, in a primary with replicas, or in a Redis Cluster. The server itself tells every process when an
/// entry changes, whoever changes it.
/// </summary>
/// <remarks>
/// <para>An entry is a plain string under its own key (behind <see cref="RedisStoreOptions.Namespace"/>), with the server's expiry.</para>
/// <para>A lease lies where the value will be: as long as there is no entry, the key holds the lease, a hash with the lease's
/// expiry; strings are entries, and nothing else is. So whatever anybody does to the key, in any language, voids the lease: it is not there any more. Where there is
/// an entry that is being renewed, the lease lies beside it and names the entry by its hash: it stands only as long as that
/// entry does.</para>
/// <para>Epochs are one hash. It has no expiry: with <c>maxmemory</c> choose a <c>volatile-</c> policy.</para>
/// <para>A command that was sent ends with its answer, with the connection, or with
/// <see cref="RedisStoreOptions.CommandTimeout"/>; cancelling it ends only the wait before that.</para>
/// </remarks>
public sealed partial class RedisStore : ICacheStore, IEpochStore, ILeasingStore, ICoherentStore
{
    private const int KeysPerCommand = 512;

    private static readonly ReadOnlyMemory<byte> Get = "GET"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> GetMany = "MGET"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> Set = "SET"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> Kind = "TYPE"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> TimeToLive = "PTTL"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> Milliseconds = "PX"u8.ToArray();

    private readonly RedisStoreOptions _options;
    private readonly ServerKeys _keys;
    private readonly RedisTelemetry _telemetry;
    private readonly IRedisClient _client;
    private volatile bool _refusesTransactions;
    private int _started;
    private int _disposed;

    /// <summary>Makes a store. It connects when it is first used or observed.</summary>
    /// <param name="options">How to reach the servers.</param>
    /// <exception cref="InvalidCacheOptionsException">An option is out of its range.</exception>
    public RedisStore(RedisStoreOptions options)
        : this(options, static (options, keys, telemetry) => new ServerGroup(options, keys, telemetry))
    {
    }

    /// <summary>Makes a store on another client.</summary>
    internal RedisStore(RedisStoreOptions options, Func<RedisStoreOptions, ServerKeys, RedisTelemetry, IRedisClient> client)
    {
        ArgumentNullException.ThrowIfNull(options);
        RedisStoreOptionsValidation.Validate(options);
        _options = options with { Servers = [.. options.Servers] };
        _keys = new ServerKeys(options.Namespace);
        _telemetry = new RedisTelemetry(options.LoggerFactory);
        _client = client(_options, _keys, _telemetry);
    }

    /// <summary>Makes a store from an address.</summary>
    /// <param name="address">As for <see cref="RedisStoreOptions.Parse"/>.</param>
    /// <exception cref="FormatException">It is no address.</exception>
    public RedisStore(string address)
        : this(RedisStoreOptions.Parse(address))
    {
    }

    /// <inheritdoc/>
    public string Name => "redis";

    /// <summary>What the store has done since it was made.</summary>
    public RedisStatistics Statistics => _telemetry.Snapshot(_client.Tracks);

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReadOnlyMemory<byte>?> GetAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        RedisCommand command = RedisCommand.RentRead(Get, _keys, key);
        try
        {
            RespValue reply = await Client().ExecuteAsync(command, cancellationToken).ConfigureAwait(false);
            return Value(reply);
        }
        catch (RedisServerException error) when (error.Kind == RedisErrorKind.WrongType)
        {
            return null; // A lease is there, or something that is none of ours.
        }
        finally
        {
            command.Return();
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>?[]> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        cancellationToken.ThrowIfCancellationRequested();
        var values = new ReadOnlyMemory<byte>?[keys.Count];
        List<(int[] Indexes, byte[][] Names)> groups = await GroupAsync(keys, cancellationToken).ConfigureAwait(false);
        ValueTask<RespValue>[] replies = [.. groups.Select(group => Client().ExecuteAsync(RedisCommand.Read(GetMany, Memories(group.Names)), cancellationToken))];
        RespValue[] answers = await AllAsync(replies).ConfigureAwait(false);
        for (int g = 0; g < answers.Length; g++)
        {
            RespValue[] elements = answers[g].Elements;
            if (elements.Length != groups[g].Indexes.Length)
                throw new RedisProtocolException($"MGET of {groups[g].Indexes.Length} keys was answered by {elements.Length} values.");
            for (int i = 0; i < elements.Length; i++)
                values[groups[g].Indexes[i]] = Value(elements[i]);
        }

        return values;
    }

    /// <inheritdoc/>
    public async ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        RequirePositive(timeToLive, nameof(timeToLive));
        byte[] name = _keys.Entry(key);
        _waits.AboutToChange(key);
        if (_options.Tracking == RedisTracking.Keys)
            await SetAndReadAsync(name, value, timeToLive, cancellationToken).ConfigureAwait(false);
        else
            await Client().ExecuteAsync(SetCommand(name, value, timeToLive, readsAfterwards: false), cancellationToken).ConfigureAwait(false);
        await ChangedAsync(key).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        byte[] name = _keys.Entry(key);
        RespValue reply = await RunAsync(Scripts.Remove, Scripts.Remove.Call([name, ServerKeys.Lease(name)], []), cancellationToken).ConfigureAwait(false);
        await ChangedAsync(key).ConfigureAwait(false);
        return reply.Integer > 0;
    }

    /// <inheritdoc/>
    public async ValueTask<long> RemoveManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        cancellationToken.ThrowIfCancellationRequested();
        List<(int[] Indexes, byte[][] Names)> groups = await GroupAsync(keys, cancellationToken).ConfigureAwait(false);
        ValueTask<RespValue>[] replies = [.. groups.Select(group => RunAsync(
            Scripts.Remove,
            Scripts.Remove.Call(Memories([.. group.Names.SelectMany(static name => new[] { name, ServerKeys.Lease(name) })]), []),
            cancellationToken))];
        RespValue[] answers = await AllAsync(replies).ConfigureAwait(false);
        foreach (string key in keys)
            await ChangedAsync(key).ConfigureAwait(false);
        return answers.Sum(static answer => answer.Integer);
    }

    /// <inheritdoc/>
    public async ValueTask<StoreTimeToLive> GetTimeToLiveAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        byte[] name = _keys.Entry(key);
        ValueTask<RespValue> kindReply = Client().ExecuteAsync(RedisCommand.Read(Kind, name), cancellationToken);
        ValueTask<RespValue> timeReply = Client().ExecuteAsync(RedisCommand.Read(TimeToLive, name), cancellationToken);
        RespValue[] replies = await AllAsync([kindReply, timeReply]).ConfigureAwait(false);
        return replies[1].Integer switch
        {
            _ when replies[0].Text != "string" => StoreTimeToLive.Missing,
            -2 => StoreTimeToLive.Missing, // It ended between the two.
            -1 => StoreTimeToLive.Infinite,
            long milliseconds => new StoreTimeToLive(Exists: true, TimeSpan.FromMilliseconds(milliseconds)),
        };
    }

    /// <inheritdoc/>
    public async ValueTask<bool> SetTimeToLiveAsync(string key, TimeSpan? timeToLive, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        RequirePositive(timeToLive, nameof(timeToLive));
        _waits.AboutToChange(key);
        RespValue reply = await RunAsync(Scripts.SetTimeToLive, Scripts.SetTimeToLive.Call([_keys.Entry(key)], Expiry(timeToLive)), cancellationToken).ConfigureAwait(false);
        await ChangedAsync(key).ConfigureAwait(false);
        return reply.Integer > 0;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        _observer = null;
        await _client.DisposeAsync().ConfigureAwait(false);
        ObservedStores.Remove(FirstServer, _telemetry);
        _waits.SignalAll();
    }

    // Under whose name the meter counts: which servers there are besides changes, and is not known before they answer.
    private ServerAddress FirstServer => ServerAddress.Parse(_options.Servers[0]);

    private static ReadOnlyMemory<byte>? Value(in RespValue reply) => reply.IsNull ? default(ReadOnlyMemory<byte>?) : reply.Bytes.AsMemory(); // A plain null would become an empty memory.

    // A TTL is rounded up to whole milliseconds, the least that a server counts.
    private static ReadOnlyMemory<byte>[] Expiry(TimeSpan? timeToLive) => timeToLive is { } span ? [RedisCommand.Number((long)Math.Ceiling(span.TotalMilliseconds))] : [];

    private static ReadOnlyMemory<byte>[] Memories(byte[][] arrays) => Array.ConvertAll(arrays, static array => new ReadOnlyMemory<byte>(array));

    private static void RequirePositive(TimeSpan? span, string parameter)
    {
        if (span is { Ticks: <= 0 })
            throw new ArgumentOutOfRangeException(parameter, span, $"The span is {span}; it must be positive.");
    }

    // All are awaited, whatever becomes of the first.
    private static async ValueTask<RespValue[]> AllAsync(ValueTask<RespValue>[] replies) =>
        replies.Length == 1 ? [await replies[0].ConfigureAwait(false)] : await Task.WhenAll(replies.Select(static reply => reply.AsTask())).ConfigureAwait(false);

    private IRedisClient Client()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        if (Volatile.Read(ref _started) == 0 && Interlocked.Exchange(ref _started, 1) == 0)
        {
            RedisMeter.Add(FirstServer, _telemetry);
            _client.Start(this);
        }

        return _client;
    }

    private static RedisCommand SetCommand(byte[] name, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, bool readsAfterwards) =>
        new(timeToLive is null ? [Set, name, value] : [Set, name, value, Milliseconds, Expiry(timeToLive)[0]], keyIndex: 1, isIdempotent: false) { ReadsAfterwards = readsAfterwards };

    // As a transaction, which costs the server half of what a script does; by script where transactions are not allowed.
    private async ValueTask SetAndReadAsync(byte[] name, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken)
    {
        if (!_refusesTransactions)
        {
            try
            {
                RespValue reply = await Client().ExecuteAsync(SetCommand(name, value, timeToLive, readsAfterwards: true), cancellationToken).ConfigureAwait(false);
                if (reply.Elements is [{ IsError: true } failed, ..])
                    throw new RedisServerException(failed.Text);
                return;
            }
            catch (RedisServerException refused) when (refused.Kind is RedisErrorKind.NoPermission or RedisErrorKind.Other)
            {
                // Of what, the script will tell.
            }
        }

        await RunAsync(Scripts.Set, Scripts.Set.Call([name], [value, .. Expiry(timeToLive)]), cancellationToken).ConfigureAwait(false);
        _refusesTransactions = true;
    }

    // A server that has not seen the script yet says so, and has done nothing.
    private async ValueTask<RespValue> RunAsync(Script script, RedisCommand call, CancellationToken cancellationToken)
    {
        try
        {
            return await Client().ExecuteAsync(call, cancellationToken).ConfigureAwait(false);
        }
        catch (RedisServerException error) when (error.Kind == RedisErrorKind.NoScript)
        {
            return await Client().ExecuteAsync(script.CallByText(call), cancellationToken).ConfigureAwait(false);
        }
    }

    // The keys by the commands that may name them together, with their places among all.
    private async ValueTask<List<(int[] Indexes, byte[][] Names)>> GroupAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        Func<byte[], int> groupOf = await Client().GroupingAsync(cancellationToken).ConfigureAwait(false);
        return [.. keys
            .Select((key, index) => (Name: _keys.Entry(key), Index: index))
            .GroupBy(key => groupOf(key.Name))
            .SelectMany(static group => group.Chunk(KeysPerCommand))
            .Select(static chunk => (Array.ConvertAll(chunk, static key => key.Index), Array.ConvertAll(chunk, static key => key.Name)))];
    }
}
