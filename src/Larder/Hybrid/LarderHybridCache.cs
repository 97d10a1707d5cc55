using System.Diagnostics.CodeAnalysis;
using Larder.Diagnostics;
using Larder.Keys;
using Larder.Serialization;
using Microsoft.Extensions.Caching.Hybrid;

namespace Larder.Hybrid;

/// <summary>Larder behind the framework's <see cref="HybridCache"/>.</summary>
/// <remarks>
/// <para>What Microsoft's implementation does is what this one does; where the two differ, this one keeps Larder's
/// guarantees: an invalidation also reaches what a factory is computing at that moment, a failing store is not asked
/// again and again, and calls of one key share a computation whatever their options.</para>
/// <para>A value of a type that can change is copied on its way in, because whoever made it may go on changing it, and
/// for each caller.</para>
/// </remarks>
internal sealed class LarderHybridCache(Cache cache, LarderHybridCacheOptions options) : HybridCache
{
    /// <summary>The collection that the entries are in, apart from those of <see cref="ICache"/> users.</summary>
    public const string Collection = "hybrid";

    private readonly Cache _cache = cache.Collection(Collection);
    private readonly HybridEntryRules _rules = new(options, cache);
    private readonly int _maximumKeyLength = options.MaximumKeyLength;

    public override ValueTask<T> GetOrCreateAsync<TState, T>(string key, TState state, Func<TState, CancellationToken, ValueTask<T>> factory, HybridCacheEntryOptions? options = null, IEnumerable<string>? tags = null, CancellationToken cancellationToken = default) =>
        ReadsMemory(options) && !cancellationToken.IsCancellationRequested && _cache.TryHit(key, out T value)
            ? new ValueTask<T>(value)
            : GetOrCreateSlowlyAsync(key, state, factory, options, tags, cancellationToken);

    public override ValueTask<T> GetOrCreateAsync<TState, T>(ReadOnlySpan<char> key, TState state, Func<TState, CancellationToken, ValueTask<T>> factory, HybridCacheEntryOptions? options = null, IEnumerable<string>? tags = null, CancellationToken cancellationToken = default) =>
        ReadsMemory(options) && !cancellationToken.IsCancellationRequested && _cache.TryHit(key, out T value)
            ? new ValueTask<T>(value)
            : GetOrCreateSlowlyAsync(key.ToString(), state, factory, options, tags, cancellationToken);

    public override ValueTask SetAsync<T>(string key, T value, HybridCacheEntryOptions? options = null, IEnumerable<string>? tags = null, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellationToken);
        string[]? labels = HybridTexts.TagsOf(tags);
        HybridCacheEntryFlags flags = FlagsOf(options);
        if (!Takes(key) || !_rules.Writes(flags))
            return ValueTask.CompletedTask;
        bool copy = !ImmutableTypes.Is<T>();
        return _cache.SetAsync(key, copy ? _cache.Copy(value) : value, ttl: null, _rules.OptionsOf(options, flags, labels, IsMemoryOnly(key, labels), copy), cancellationToken);
    }

    public override async ValueTask RemoveAsync(string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        await _cache.RemoveAsync(key, cancellationToken).ConfigureAwait(false);
    }

    public override ValueTask RemoveAsync(IEnumerable<string> keys, CancellationToken cancellationToken = default) =>
        keys is null or ICollection<string> { Count: 0 } ? ValueTask.CompletedTask : _cache.RemoveManyAsync(keys, cancellationToken);

    public override ValueTask RemoveByTagAsync(string tag, CancellationToken cancellationToken = default)
    {
        if (string.IsNullOrWhiteSpace(tag))
            return ValueTask.CompletedTask;
        return tag == HybridTexts.Everything ? _cache.ClearAsync(cancellationToken) : _cache.RemoveByTagAsync(tag, cancellationToken);
    }

    private ValueTask<T> GetOrCreateSlowlyAsync<TState, T>(string? key, TState state, Func<TState, CancellationToken, ValueTask<T>> factory, HybridCacheEntryOptions? options, IEnumerable<string>? tags, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<T>(cancellationToken);
        HybridCacheEntryFlags flags = FlagsOf(options);
        bool computes = !flags.HasFlag(HybridCacheEntryFlags.DisableUnderlyingData);
        if (computes)
            ArgumentNullException.ThrowIfNull(factory);
        if (!Takes(key))
            return computes ? factory(state, cancellationToken) : default;

        bool copy = !ImmutableTypes.Is<T>();
        if (ReadsMemory(options) && _cache.TryServeFromMemory(key, copy, out T value))
            return new ValueTask<T>(value);
        string[]? labels = HybridTexts.TagsOf(tags);
        EntryOptions entry = _rules.OptionsOf(options, flags, labels, IsMemoryOnly(key, labels), copy);
        return computes
            ? _cache.GetOrSetAsync(key, state, factory, entry, cancellationToken)
            : FoundOrDefaultAsync(_cache.TryGetAsync<T>(key, entry, cancellationToken));
    }

    private static async ValueTask<T> FoundOrDefaultAsync<T>(ValueTask<CacheResult<T>> pending)
    {
        CacheResult<T> result = await pending.ConfigureAwait(false);
        return result.Found ? result.Value : default!;
    }

    private bool ReadsMemory(HybridCacheEntryOptions? call) => (FlagsOf(call) & HybridCacheEntryFlags.DisableLocalCacheRead) == HybridCacheEntryFlags.None;

    private HybridCacheEntryFlags FlagsOf(HybridCacheEntryOptions? call) => call?.Flags ?? _rules.DefaultFlags;

    private bool Takes([NotNullWhen(true)] string? key)
    {
        if (HybridTexts.Refusal(key, _maximumKeyLength) is not { } reason)
            return true;
        LogMessages.HybridKeyRefused(_cache.Logger, _cache.Name, reason);
        return false;
    }

    // A store may write text as UTF-8, where all lone surrogates are the same.
    private bool IsMemoryOnly(string key, string[]? tags)
    {
        if (!_cache.HasStore)
            return false;
        string? malformed = !WellFormedText.Is(key) ? "key" : tags is not null && !Array.TrueForAll(tags, static tag => WellFormedText.Is(tag)) ? "tag" : null;
        if (malformed is null)
            return false;
        LogMessages.HybridTextMalformed(_cache.Logger, _cache.Name, malformed);
        return true;
    }
}
