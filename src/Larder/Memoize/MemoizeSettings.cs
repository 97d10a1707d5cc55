namespace Larder.Memoize;

/// <summary>What a caller of <see cref="CacheMemoizeExtensions"/> said besides the function.</summary>
internal readonly record struct MemoizeSettings(string? Name, TimeSpan? Ttl, EntryOptions? Options);
