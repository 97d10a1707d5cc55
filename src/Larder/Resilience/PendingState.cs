namespace Larder.Resilience;

/// <summary>What this process knows about a key that the store may not know yet.</summary>
internal enum PendingState
{
    /// <summary>Nothing: the store is to be asked.</summary>
    None,

    /// <summary>A change is in line: it is what the key will be.</summary>
    Newest,

    /// <summary>A change is being tried, and something was told of the key meanwhile: which of them is the later one shows when it has been tried.</summary>
    Overtaken,
}
