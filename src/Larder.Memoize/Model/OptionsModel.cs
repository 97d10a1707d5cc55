namespace Larder.Memoize.Generation.Model;

/// <summary>What <c>[Memoize]</c> says besides the body.</summary>
internal sealed record OptionsModel
{
    public double? TtlSeconds { get; init; }

    public double? SlidingSeconds { get; init; }

    public double? GraceSeconds { get; init; }

    public string? KeyPrefix { get; init; }

    public EquatableArray<string> IgnoreArguments { get; init; }

    /// <summary>The member of <c>CacheScope</c>; <see langword="null"/> when it is not set.</summary>
    public string? Scope { get; init; }

    public string? Collection { get; init; }

    public EquatableArray<string> Tags { get; init; }

    public bool Verbose { get; init; }

    public bool? FailSilently { get; init; }

    public bool CacheNull { get; init; } = true;

    public string? Cache { get; init; }

    public bool HasArgumentsInTags => Tags.Count > 0 && Tags.Any(static tag => tag.Contains('{'));
}
