namespace Larder;

/// <summary>A call to the store failed or timed out.</summary>
/// <param name="CacheName">The cache.</param>
/// <param name="Store">The store's name, such as <c>redis</c>.</param>
/// <param name="Operation">What was asked of it, such as <c>get</c>.</param>
/// <param name="Exception">What it threw.</param>
public sealed record StoreFailedEvent(string CacheName, string Store, string Operation, Exception Exception)
    : CacheEvent(CacheName);
