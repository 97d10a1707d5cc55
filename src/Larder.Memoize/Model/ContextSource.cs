namespace Larder.Memoize.Generation.Model;

/// <summary>Where the context comes from that chooses the partition.</summary>
internal enum ContextSource
{
    NotNeeded,
    Parameter,
    Member,
    Ambient,
}
