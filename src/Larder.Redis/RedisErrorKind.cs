namespace Larder;

/// <summary>The first word of a server's error.</summary>
public enum RedisErrorKind
{
    /// <summary>Any other error.</summary>
    Other,

    /// <summary><c>LOADING</c>: the server reads its data from disk and does not answer yet.</summary>
    Loading,

    /// <summary><c>BUSY</c>: a script of somebody runs for too long.</summary>
    Busy,

    /// <summary><c>READONLY</c>: the server is a replica.</summary>
    ReadOnly,

    /// <summary><c>MASTERDOWN</c>: the server is a replica without a primary.</summary>
    MasterDown,

    /// <summary><c>OOM</c>: <c>maxmemory</c> is reached and nothing can be evicted.</summary>
    OutOfMemory,

    /// <summary><c>MISCONF</c>: the server cannot save to disk and refuses writes.</summary>
    Misconfigured,

    /// <summary><c>NOAUTH</c>: the server wants a password.</summary>
    AuthenticationRequired,

    /// <summary><c>WRONGPASS</c>: user or password are wrong.</summary>
    WrongPassword,

    /// <summary><c>NOPERM</c>: the user may not run this command, or touch this key or channel.</summary>
    NoPermission,

    /// <summary><c>NOSCRIPT</c>: the server does not know a script. The client sends it again by itself.</summary>
    NoScript,

    /// <summary><c>NOPROTO</c>: the server does not speak RESP3.</summary>
    NoProtocol,

    /// <summary><c>WRONGTYPE</c>: the key holds another type.</summary>
    WrongType,

    /// <summary><c>MOVED</c>: the server is part of a cluster, and another one has the key's slot.</summary>
    Moved,

    /// <summary><c>ASK</c>: the key's slot is being moved to another server of the cluster.</summary>
    Ask,

    /// <summary><c>TRYAGAIN</c>: the keys' slot is being moved.</summary>
    TryAgain,

    /// <summary><c>CLUSTERDOWN</c>: the cluster does not serve the slot.</summary>
    ClusterDown,

    /// <summary><c>CROSSSLOT</c>: the keys of one command lie in different slots of a cluster.</summary>
    CrossSlot,
}
