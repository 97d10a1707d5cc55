namespace Larder.Redis.Resp;

/// <summary>What a server may send in one reply. More is a protocol error, which ends the connection.</summary>
internal sealed record RespLimits
{
    /// <summary>How deep aggregates may be nested.</summary>
    public int MaxDepth { get; init; } = 32;

    /// <summary>How long the line of a simple string, an error or a number may be, in bytes.</summary>
    public int MaxLineLength { get; init; } = 64 * 1024;

    /// <summary>How many bytes all blobs of one reply may hold together.</summary>
    public int MaxReplyBytes { get; init; } = 512 * 1024 * 1024;

    /// <summary>How many values one reply may hold, in all its aggregates together.</summary>
    public int MaxElements { get; init; } = 1024 * 1024;
}
