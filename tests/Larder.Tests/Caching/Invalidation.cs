namespace Larder.Tests.Caching;

/// <summary>Every way to say that what is cached under a key does not hold any more.</summary>
public enum Invalidation
{
    Remove,
    RemoveSynchronously,
    RemoveMany,
    Tag,
    TagSynchronously,
    Pattern,
    PatternSynchronously,
    ClearPartition,
    ClearPartitionSynchronously,
    ClearCollection,
    ClearOwner,
    ClearOwnersCollection,
    ClearEverything,
    Set,
    SetSynchronously,
}

/// <summary>The entry that the tests of G2 and G3 are about: in a collection, owned by a user, with a tag.</summary>
internal static class Subject
{
    public const string Key = "user:1";
    public const string Tag = "eu";
    public const string Collection = "people";
    public const string SetValue = "set";

    public static UserContext Owner { get; } = new("u1", "acme");

    public static EntryOptions Options { get; } = new() { Tags = ["other", Tag] };

    public static Cache In(Cache cache) => cache.Collection(Collection).For(Owner);

    public static bool IsSet(this Invalidation how) => how is Invalidation.Set or Invalidation.SetSynchronously;

    public static bool IsTag(this Invalidation how) => how is Invalidation.Tag or Invalidation.TagSynchronously;

    /// <summary>Invalidates the subject.</summary>
    /// <param name="how">In which way.</param>
    /// <param name="cache">The cache itself, not one of its handles.</param>
    public static async Task ApplyAsync(this Invalidation how, Cache cache)
    {
        Cache handle = In(cache);
        switch (how)
        {
            case Invalidation.Remove:
                await handle.RemoveAsync(Key).Soon();
                break;
            case Invalidation.RemoveSynchronously:
                handle.Remove(Key);
                break;
            case Invalidation.RemoveMany:
                await handle.RemoveManyAsync(["x", Key, "y"]).Soon();
                break;
            case Invalidation.Tag:
                await handle.RemoveByTagAsync(Tag).Soon();
                break;
            case Invalidation.TagSynchronously:
                handle.RemoveByTag(Tag);
                break;
            case Invalidation.Pattern:
                await handle.RemoveByPatternAsync("user:*").Soon();
                break;
            case Invalidation.PatternSynchronously:
                handle.RemoveByPattern("user:?");
                break;
            case Invalidation.ClearPartition:
                await handle.ClearAsync().Soon();
                break;
            case Invalidation.ClearPartitionSynchronously:
                handle.Clear();
                break;
            case Invalidation.ClearCollection:
                await cache.Collection(Collection).ClearAsync().Soon();
                break;
            case Invalidation.ClearOwner:
                await cache.ClearAsync(collection: null, Owner, CacheScope.User).Soon();
                break;
            case Invalidation.ClearOwnersCollection:
                await cache.ClearAsync(Collection, Owner, CacheScope.User).Soon();
                break;
            case Invalidation.ClearEverything:
                await cache.ClearAsync().Soon();
                break;
            case Invalidation.Set:
                await handle.SetAsync(Key, SetValue, options: Options).Soon();
                break;
            case Invalidation.SetSynchronously:
                handle.Set(Key, SetValue, options: Options);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(how), how, "There is no such invalidation.");
        }
    }
}
