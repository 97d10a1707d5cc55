namespace Larder.Partitions;

/// <summary>Something that clears can make invalid.</summary>
internal interface IChecked
{
    /// <summary>The epoch clock's time at which it was last found valid; no clear up to then concerns it.</summary>
    long CheckedAt { get; }
}
