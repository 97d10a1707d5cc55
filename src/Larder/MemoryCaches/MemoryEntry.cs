using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Primitives;

namespace Larder.MemoryCaches;

/// <summary>An entry that is being made: what its maker says of it, until it is disposed and so committed.</summary>
internal sealed class MemoryEntry(LarderMemoryCache cache, object key) : ICacheEntry
{
    private object? _value;
    private bool _hasValue;
    private bool _committed;
    private TimeSpan? _relative;
    private TimeSpan? _sliding;
    private long? _size;
    private List<IChangeToken>? _tokens;
    private List<PostEvictionCallbackRegistration>? _callbacks;

    public object Key => key;

    public object? Value
    {
        get => _value;
        set
        {
            _value = value;
            _hasValue = true;
        }
    }

    public DateTimeOffset? AbsoluteExpiration { get; set; }

    public TimeSpan? AbsoluteExpirationRelativeToNow
    {
        get => _relative;
        set => _relative = Positive(value, nameof(AbsoluteExpirationRelativeToNow));
    }

    public TimeSpan? SlidingExpiration
    {
        get => _sliding;
        set => _sliding = Positive(value, nameof(SlidingExpiration));
    }

    public CacheItemPriority Priority { get; set; } = CacheItemPriority.Normal;

    public long? Size
    {
        get => _size;
        set => _size = value is null or >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A size is zero or more.");
    }

    public IList<IChangeToken> ExpirationTokens => _tokens ??= [];

    public IList<PostEvictionCallbackRegistration> PostEvictionCallbacks => _callbacks ??= [];

    /// <summary>Whether somebody has to be told when the entry goes, or it can go before its time, or lives longer when it is used.</summary>
    public bool IsWatched => _sliding is not null || _tokens is { Count: > 0 } || _callbacks is { Count: > 0 };

    /// <summary>The tokens, copied.</summary>
    public IChangeToken[] CopyTokens() => _tokens is null ? [] : [.. _tokens];

    /// <summary>The callbacks, copied.</summary>
    public PostEvictionCallbackRegistration[] CopyCallbacks() => _callbacks is null ? [] : [.. _callbacks];

    public void Dispose()
    {
        if (_committed)
            return;
        _committed = true;
        if (_hasValue)
            cache.Commit(this);
    }

    private static TimeSpan? Positive(TimeSpan? value, string property) =>
        value is null || value > TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"{property} is positive, or null for none.");
}
