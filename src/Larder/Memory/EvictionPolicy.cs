namespace Larder;

/// <summary>Which entry makes room when a bounded cache is full.</summary>
public enum EvictionPolicy
{
    /// <summary>Learns from the requests whether recency or frequency predicts the next hit. The default: the highest hit ratio, the cheapest hit.</summary>
    Adaptive,

    /// <summary>Exactly the least recently used entry, in deterministic order. A hit takes a lock to move the entry.</summary>
    Lru,
}
