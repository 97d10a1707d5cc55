namespace Larder;

/// <summary>Why an entry left a cache's memory.</summary>
public enum RemovalCause
{
    /// <summary>Somebody removed it: by key, pattern, tag, or by clearing.</summary>
    Removed,

    /// <summary>A newer value took its place.</summary>
    Replaced,

    /// <summary>Its time to live, and its grace, had passed, whoever took it away then.</summary>
    Expired,

    /// <summary>It made room: the bound on entries or bytes was reached, or the entry was larger than the bound.</summary>
    Evicted,
}
