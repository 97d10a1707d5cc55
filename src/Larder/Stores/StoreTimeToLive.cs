namespace Larder.Stores;

/// <summary>What a store knows of an entry's remaining life.</summary>
/// <param name="Exists">Whether there is an entry.</param>
/// <param name="Remaining">What is left of its TTL; <see langword="null"/> when it does not expire or does not exist.</param>
public readonly record struct StoreTimeToLive(bool Exists, TimeSpan? Remaining)
{
    /// <summary>There is no such entry.</summary>
    public static StoreTimeToLive Missing => default;

    /// <summary>There is one, and it does not expire.</summary>
    public static StoreTimeToLive Infinite => new(Exists: true, Remaining: null);
}
