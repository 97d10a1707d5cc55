using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.OutputCaching;

namespace Larder.AspNetCore.OutputCaching;

/// <summary>Keeps the responses of ASP.NET Core's output cache in a collection of a Larder cache.</summary>
/// <remarks>
/// A response is fresh exactly as long as its policy says: jitter, grace and eager renewal are the cache's defaults for
/// other entries and mean nothing here, where nobody can compute the value again.
/// </remarks>
internal sealed class CacheOutputStore(ICache cache) : IOutputCacheBufferStore
{
    // The framework allows an empty tag; Larder does not.
    private const string EmptyTag = "\0";

    public ValueTask EvictByTagAsync(string tag, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tag);
        return cache.RemoveByTagAsync(TagOf(tag), cancellationToken);
    }

    public async ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        CacheResult<byte[]> found = await cache.TryGetAsync<byte[]>(key, cancellationToken: cancellationToken).ConfigureAwait(false);
        return found.Found ? found.Value : null;
    }

    public async ValueTask<bool> TryGetAsync(string key, PipeWriter destination, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentNullException.ThrowIfNull(destination);
        CacheResult<byte[]> found = await cache.TryGetAsync<byte[]>(key, cancellationToken: cancellationToken).ConfigureAwait(false);
        if (!found.Found)
            return false;
        await destination.WriteAsync(found.Value, cancellationToken).ConfigureAwait(false);
        return true;
    }

    public ValueTask SetAsync(string key, byte[] value, string[]? tags, TimeSpan validFor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(value);
        return KeepAsync(key, value, tags, validFor, cancellationToken);
    }

    // The sequence is the framework's pooled memory, which it takes back: the one copy is the one that is kept.
    public ValueTask SetAsync(string key, ReadOnlySequence<byte> value, ReadOnlyMemory<string> tags, TimeSpan validFor, CancellationToken cancellationToken) =>
        KeepAsync(key, value.ToArray(), tags.Span, validFor, cancellationToken);

    private static string TagOf(string tag) => tag.Length == 0 ? EmptyTag : tag;

    private ValueTask KeepAsync(string key, byte[] value, ReadOnlySpan<string> tags, TimeSpan validFor, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        if (validFor <= TimeSpan.Zero)
            return ValueTask.CompletedTask; // Never fresh.

        var kept = new EntryOptions
        {
            Ttl = validFor,
            Tags = TagsOf(tags),
            Size = value.LongLength,
            Jitter = TimeSpan.Zero,
            Grace = TimeSpan.Zero,
            EagerRefresh = 0,
            CloneOnRead = false,
        };
        return cache.SetAsync(key, value, options: kept, cancellationToken: cancellationToken);
    }

    private static string[]? TagsOf(ReadOnlySpan<string> tags)
    {
        if (tags.IsEmpty)
            return null;
        string[] own = new string[tags.Length];
        for (int i = 0; i < own.Length; i++)
            own[i] = TagOf(tags[i]);
        return own;
    }
}
