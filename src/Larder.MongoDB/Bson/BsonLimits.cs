namespace Larder.MongoDB.Bson;

/// <summary>How far a reader goes with what somebody else has written.</summary>
internal sealed record BsonLimits
{
    public static BsonLimits Default { get; } = new();

    /// <summary>How deep documents and arrays lie in each other. Servers allow 100, and wrap what they keep in a few of their own.</summary>
    public int MaxDepth { get; init; } = 128;

    /// <summary>How many values there may be in all: an element takes two bytes on the wire and many more in memory.</summary>
    public int MaxElements { get; init; } = 1_000_000;
}
