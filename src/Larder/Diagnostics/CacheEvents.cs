namespace Larder;

/// <summary>Tells what happens in a cache while it happens.</summary>
public sealed class CacheEvents;
