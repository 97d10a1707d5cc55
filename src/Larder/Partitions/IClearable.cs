namespace Larder.Partitions;

/// <summary>Something that clears can make invalid.</summary>
internal interface IClearable
{
    /// <summary>The epoch clock's time at which it was last known to be valid; no clear up to then concerns it.</summary>
    long ValidAt { get; }
}
