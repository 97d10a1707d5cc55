using System.Buffers;
using Microsoft.Extensions.Caching.Distributed;

namespace Larder.Distributed;

/// <summary>Larder as the framework's <see cref="IDistributedCache"/>, with or without a store.</summary>
/// <remarks>
/// Bytes are copied once on their way in and once on their way out, into the caller's buffer where there is one: what is
/// cached is nobody else's. An entry lives as long as its options say, for ever when they say nothing, and is never served
/// stale: whoever keeps a session here wants it gone when it has ended.
/// </remarks>
internal sealed class LarderDistributedCache(Cache cache) : IBufferDistributedCache
{
    /// <summary>The collection that the entries are in, apart from those of <see cref="ICache"/> users.</summary>
    public const string Collection = "distributed";

    private readonly Cache _cache = cache.Collection(Collection);

    public byte[]? Get(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return _cache.TryGet(key, out byte[] value) ? value.AsSpan().ToArray() : null;
    }

    public Task<byte[]?> GetAsync(string key, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return token.IsCancellationRequested ? Task.FromCanceled<byte[]?>(token) : CopiedAsync(_cache.TryGetAsync<byte[]>(key, options: null, token));

        static async Task<byte[]?> CopiedAsync(ValueTask<CacheResult<byte[]>> pending)
        {
            CacheResult<byte[]> result = await pending.ConfigureAwait(false);
            return result.Found ? result.Value.AsSpan().ToArray() : null;
        }
    }

    public bool TryGet(string key, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(destination);
        if (!_cache.TryGet(key, out byte[] value))
            return false;
        destination.Write(value);
        return true;
    }

    public ValueTask<bool> TryGetAsync(string key, IBufferWriter<byte> destination, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(destination);
        if (token.IsCancellationRequested)
            return ValueTask.FromCanceled<bool>(token);
        ValueTask<CacheResult<byte[]>> pending = _cache.TryGetAsync<byte[]>(key, options: null, token);
        return pending.IsCompletedSuccessfully ? new ValueTask<bool>(Write(pending.Result, destination)) : WriteAsync(pending, destination);

        static async ValueTask<bool> WriteAsync(ValueTask<CacheResult<byte[]>> pending, IBufferWriter<byte> destination) =>
            Write(await pending.ConfigureAwait(false), destination);
    }

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(options);
        Keep(key, value.AsSpan().ToArray(), options);
    }

    public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(options);
        return token.IsCancellationRequested ? Task.FromCanceled(token) : KeepAsync(key, value.AsSpan().ToArray(), options, token).AsTask();
    }

    public void Set(string key, ReadOnlySequence<byte> value, DistributedCacheEntryOptions options)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(options);
        Keep(key, value.ToArray(), options);
    }

    public ValueTask SetAsync(string key, ReadOnlySequence<byte> value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(options);
        return token.IsCancellationRequested ? ValueTask.FromCanceled(token) : KeepAsync(key, value.ToArray(), options, token);
    }

    public void Refresh(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        // To be read is what begins a slide anew, in memory and in the store.
        _cache.TryGet(key, out byte[] _);
    }

    public Task RefreshAsync(string key, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return token.IsCancellationRequested ? Task.FromCanceled(token) : _cache.TryGetAsync<byte[]>(key, options: null, token).AsTask();
    }

    public void Remove(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        _cache.Remove(key);
    }

    public Task RemoveAsync(string key, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return token.IsCancellationRequested ? Task.FromCanceled(token) : _cache.RemoveAsync(key, token).AsTask();
    }

    private static bool Write(in CacheResult<byte[]> result, IBufferWriter<byte> destination)
    {
        if (result.Found)
            destination.Write(result.Value);
        return result.Found;
    }

    private void Keep(string key, byte[] bytes, DistributedCacheEntryOptions options)
    {
        if (IsOver(options))
            _cache.Remove(key);
        else
            _cache.Set(key, bytes, ttl: null, OptionsOf(options));
    }

    private async ValueTask KeepAsync(string key, byte[] bytes, DistributedCacheEntryOptions options, CancellationToken token)
    {
        if (IsOver(options))
            await _cache.RemoveAsync(key, token).ConfigureAwait(false);
        else
            await _cache.SetAsync(key, bytes, ttl: null, OptionsOf(options), token).ConfigureAwait(false);
    }

    // An entry whose end has passed replaces what was there, and is gone itself.
    private bool IsOver(DistributedCacheEntryOptions options) => options.AbsoluteExpiration is { } end && end <= _cache.TimeProvider.GetUtcNow();

    private static EntryOptions OptionsOf(DistributedCacheEntryOptions options) => new()
    {
        Ttl = options.AbsoluteExpirationRelativeToNow ?? Timeout.InfiniteTimeSpan,
        AbsoluteExpiration = options.AbsoluteExpiration,
        SlidingExpiration = options.SlidingExpiration,
        Grace = TimeSpan.Zero,
        Jitter = TimeSpan.Zero,
        EagerRefresh = 0,
        CloneOnRead = false,
    };
}
