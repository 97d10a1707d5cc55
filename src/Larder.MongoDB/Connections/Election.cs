namespace Larder.MongoDB.Connections;

/// <summary>When a primary was elected
/// (https://github.com/mongodb/specifications/blob/master/source/server-discovery-and-monitoring/server-discovery-and-monitoring.md):
/// one of an earlier election is a primary only by its own account.</summary>
internal readonly record struct Election(ReadOnlyMemory<byte> Id, long SetVersion, bool IdFirst)
{
    public bool IsBefore(in Election other)
    {
        if (Id.IsEmpty || other.Id.IsEmpty)
            return false;
        int ids = Id.Span.SequenceCompareTo(other.Id.Span);
        int versions = SetVersion.CompareTo(other.SetVersion);
        return (IdFirst ? (ids != 0 ? ids : versions) : versions != 0 ? versions : ids) < 0;
    }
}
