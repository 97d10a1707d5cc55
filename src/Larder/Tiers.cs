namespace Larder;

/// <summary>Where an entry is kept and looked for.</summary>
[Flags]
public enum Tiers
{
    /// <summary>Nowhere: the factory runs for every flight.</summary>
    None = 0,

    /// <summary>This process's memory.</summary>
    Memory = 1,

    /// <summary>The store, if the cache has one.</summary>
    Store = 2,

    /// <summary>Memory in front of the store.</summary>
    Both = Memory | Store,
}
