namespace Larder;

/// <summary>
/// Says on whose behalf a memoized method runs: a parameter, or a field or property of its type. It is a
/// <see cref="UserContext"/> or of a type that converts to one implicitly. It chooses the partition and is never part
/// of the key. Where there is only one <see cref="UserContext"/>, the attribute is not needed.
/// </summary>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Field | AttributeTargets.Property)]
public sealed class CacheContextAttribute : Attribute;
