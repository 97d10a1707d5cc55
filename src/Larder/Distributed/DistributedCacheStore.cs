using System.Buffers;
using System.Runtime.CompilerServices;
using Larder.Keys;
using Larder.Stores;
using Microsoft.Extensions.Caching.Distributed;

namespace Larder.Distributed;

/// <summary>Any <see cref="IDistributedCache"/> as a store.</summary>
/// <remarks>
/// <para>Every entry is written with its end and its key (<see cref="DistributedRecord"/>), and given to the other cache
/// with the same end. It has none of the capabilities, and cannot list its keys.</para>
/// <para>The interface has no answer to a removal and no way to change a TTL: both take a read before the write. Within
/// this process a lock of the key's stripe makes one step of the two, for all stores over the same cache; between
/// processes nothing does.</para>
/// </remarks>
internal sealed class DistributedCacheStore(IDistributedCache cache, TimeProvider time) : ICacheStore
{
    private const int LongestKey = 400;
    private const int ReadsAtOnce = 64;

    // What is behind the interface may keep times that end with the year 9999.
    private static readonly TimeSpan LongestTtl = TimeSpan.FromDays(365 * 1000);

    private static readonly ConditionalWeakTable<IDistributedCache, KeyStripes> StripesOf = [];

    private readonly IBufferDistributedCache? _buffers = cache as IBufferDistributedCache;
    private readonly KeyStripes _stripes = StripesOf.GetValue(cache, static _ => new KeyStripes());

    public string Name => "distributed";

    public async ValueTask<ReadOnlyMemory<byte>?> GetAsync(string key, CancellationToken cancellationToken) =>
        (await ReadAsync(key, cancellationToken).ConfigureAwait(false))?.Value;

    public async ValueTask<ReadOnlyMemory<byte>?[]> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var values = new ReadOnlyMemory<byte>?[keys.Count];
        for (int start = 0; start < values.Length; start += ReadsAtOnce)
        {
            int begin = start;
            ReadOnlyMemory<byte>?[] step = await Task.WhenAll(Enumerable.Range(begin, Math.Min(ReadsAtOnce, values.Length - begin)).Select(i => GetAsync(keys[i], cancellationToken).AsTask())).ConfigureAwait(false);
            step.CopyTo(values, begin);
        }

        return values;
    }

    public async ValueTask SetAsync(string key, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken)
    {
        ThrowIfNotPositive(timeToLive);
        cancellationToken.ThrowIfCancellationRequested();
        using (await _stripes.EnterAsync(key, cancellationToken).ConfigureAwait(false))
            await WriteAsync(key, value, timeToLive, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using (await _stripes.EnterAsync(key, cancellationToken).ConfigureAwait(false))
        {
            bool existed = await ReadAsync(key, cancellationToken).ConfigureAwait(false) is not null;
            await cache.RemoveAsync(NameOf(key), cancellationToken).ConfigureAwait(false);
            return existed;
        }
    }

    public async ValueTask<long> RemoveManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        long removed = 0;
        foreach (string key in keys)
            removed += await RemoveAsync(key, cancellationToken).ConfigureAwait(false) ? 1 : 0;
        return removed;
    }

    public async ValueTask<StoreTimeToLive> GetTimeToLiveAsync(string key, CancellationToken cancellationToken)
    {
        if (await ReadAsync(key, cancellationToken).ConfigureAwait(false) is not { } found)
            return StoreTimeToLive.Missing;
        return found.EndsAt == DistributedRecord.Never ? StoreTimeToLive.Infinite : new StoreTimeToLive(Exists: true, TimeSpan.FromMilliseconds(found.EndsAt - Now));
    }

    public async ValueTask<bool> SetTimeToLiveAsync(string key, TimeSpan? timeToLive, CancellationToken cancellationToken)
    {
        ThrowIfNotPositive(timeToLive);
        cancellationToken.ThrowIfCancellationRequested();
        using (await _stripes.EnterAsync(key, cancellationToken).ConfigureAwait(false))
        {
            if (await ReadAsync(key, cancellationToken).ConfigureAwait(false) is not { } found)
                return false;
            await WriteAsync(key, found.Value, timeToLive, cancellationToken).ConfigureAwait(false);
            return true;
        }
    }

    public IAsyncEnumerable<string> ScanAsync(string prefix, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        throw new NotSupportedException("An IDistributedCache cannot list its keys.");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private async ValueTask<(long EndsAt, ReadOnlyMemory<byte> Value)?> ReadAsync(string key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        string name = NameOf(key);
        ReadOnlyMemory<byte> record;
        if (_buffers is null)
        {
            record = await cache.GetAsync(name, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            // Not pooled: whoever asked keeps what was read.
            var buffer = new ArrayBufferWriter<byte>();
            record = await _buffers.TryGetAsync(name, buffer, cancellationToken).ConfigureAwait(false) ? buffer.WrittenMemory : default;
        }

        return DistributedRecord.TryRead(record, key, out long endsAt, out ReadOnlyMemory<byte> value) && Now < endsAt ? (endsAt, value) : null;
    }

    // Called under the key's stripe.
    private async ValueTask WriteAsync(string key, ReadOnlyMemory<byte> value, TimeSpan? timeToLive, CancellationToken cancellationToken)
    {
        long endsAt = timeToLive is { } ttl ? Now + (long)Math.Ceiling(ttl.TotalMilliseconds) : DistributedRecord.Never;
        var options = new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = timeToLive <= LongestTtl ? timeToLive : null };
        if (_buffers is null)
        {
            byte[] record = DistributedRecord.HeadOf(key, endsAt, room: value.Length);
            value.CopyTo(record.AsMemory(record.Length - value.Length));
            await cache.SetAsync(NameOf(key), record, options, cancellationToken).ConfigureAwait(false);
            return;
        }

        // Two pieces, so that the value is not copied here.
        var head = new RecordPiece(DistributedRecord.HeadOf(key, endsAt));
        RecordPiece tail = head.Append(value);
        await _buffers.SetAsync(NameOf(key), new ReadOnlySequence<byte>(head, 0, tail, value.Length), options, cancellationToken).ConfigureAwait(false);
    }

    // What is behind the interface may have its own idea of a text: how long it may be, that it has no control characters,
    // that all lone surrogates are one. What could be misunderstood goes by its hash.
    private static string NameOf(string key)
    {
        if (key.Length is > 0 and <= LongestKey && WellFormedText.Is(key) && !key.AsSpan().ContainsAnyInRange('\0', '\x1F') && key[^1] != ' ')
            return key;
        return string.Create(KeyHash.FullLength + 1, key, static (name, key) =>
        {
            name[0] = '#';
            KeyHash.Write(key, name[1..]);
        });
    }

    private static void ThrowIfNotPositive(TimeSpan? timeToLive)
    {
        if (timeToLive <= TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(timeToLive), timeToLive, "A TTL is positive, or null for none.");
    }
}
