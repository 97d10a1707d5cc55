using Larder.Entries;
using Larder.Serialization;

namespace Larder;

/// <summary>What a factory learns about the entry that it computes, and what it decides about it.</summary>
/// <remarks>Every property begins with what the caller's options and the cache's defaults say. The context is the factory's for as long as it runs.</remarks>
public sealed class EntryContext
{
    private readonly CacheEntry? _stale;
    private readonly PayloadCodec? _cloner;
    private string? _etag;
    private DateTimeOffset? _lastModified;
    private bool _decidedETag;
    private bool _decidedLastModified;
    private bool _renewed;

    internal EntryContext(string key, EntryPolicy policy, CacheEntry? stale, PayloadCodec? codec = null)
    {
        Key = key;
        _stale = stale;
        _cloner = policy.CloneOnRead || stale?.Traits is { CloneOnRead: true } ? codec : null;
        Ttl = policy.Ttl;
        SlidingExpiration = policy.SlidingExpiration;
        AbsoluteExpiration = policy.AbsoluteExpiration;
        Grace = policy.Grace;
        Tags = policy.Tags;
        Size = policy.Size;
        Tiers = policy.Tiers;
        _etag = stale?.Traits?.ETag;
        _lastModified = stale?.Traits?.LastModified;
    }

    /// <summary>The key being computed.</summary>
    public string Key { get; }

    /// <inheritdoc cref="EntryOptions.Ttl"/>
    public TimeSpan Ttl { get; set; }

    /// <inheritdoc cref="EntryOptions.SlidingExpiration"/>
    public TimeSpan? SlidingExpiration { get; set; }

    /// <inheritdoc cref="EntryOptions.AbsoluteExpiration"/>
    public DateTimeOffset? AbsoluteExpiration { get; set; }

    /// <inheritdoc cref="EntryOptions.Grace"/>
    public TimeSpan Grace { get; set; }

    /// <inheritdoc cref="EntryOptions.Tags"/>
    public IReadOnlyCollection<string>? Tags { get; set; }

    /// <inheritdoc cref="EntryOptions.Size"/>
    public long? Size { get; set; }

    /// <summary>Where the entry is kept.</summary>
    public Tiers Tiers { get; set; }

    /// <summary>Set it when the value is for the waiting callers only and must not be kept.</summary>
    public bool DoNotCache { get; set; }

    /// <summary>Set by a factory of many keys that has no value for this one.</summary>
    internal bool IsAbsent { get; set; }

    /// <summary>
    /// The validator of the value: reads as the stale entry's, and what is set here is kept with the new one. The stale
    /// entry's is kept with <see cref="NotModified{T}"/> only: another value needs a validator of its own, or has none.
    /// </summary>
    public string? ETag
    {
        get => _etag;
        set => (_etag, _decidedETag) = (value, true);
    }

    /// <summary>When the source last changed; reads and is kept as <see cref="ETag"/> is.</summary>
    public DateTimeOffset? LastModified
    {
        get => _lastModified;
        set => (_lastModified, _decidedLastModified) = (value, true);
    }

    /// <summary>The validators of the value that the factory returned.</summary>
    internal (string? ETag, DateTimeOffset? LastModified) Validators =>
        (_decidedETag || _renewed ? _etag : null, _decidedLastModified || _renewed ? _lastModified : null);

    /// <summary>Whether there is a value from before, which <see cref="NotModified{T}"/> can renew: until its grace ends, or, in an eager refresh, its TTL.</summary>
    public bool HasStale => _stale is not null;

    /// <summary>Hands out the stale value.</summary>
    /// <returns><see langword="false"/> when there is none of this type.</returns>
    public bool TryGetStale<T>(out T value)
    {
        if (_stale is not null && _stale.TryGetValue(out value))
        {
            value = _cloner is null ? value : _cloner.Clone(value);
            return true;
        }

        value = default!;
        return false;
    }

    /// <summary>Answers that the stale value still holds: return it from the factory, and it is fresh for another TTL.</summary>
    /// <exception cref="InvalidOperationException">There is no stale value of this type.</exception>
    public T NotModified<T>()
    {
        if (!TryGetStale(out T value))
            throw new InvalidOperationException($"The entry '{Key}' has no stale value of type {typeof(T)} to keep. Ask HasStale before asking the source conditionally.");
        _renewed = true;
        return value;
    }
}
