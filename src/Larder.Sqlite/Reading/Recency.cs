using Larder.Sqlite.Files;

namespace Larder.Sqlite.Reading;

/// <summary>Which entries were read lately, until the writing thread notes it in the file: what makes the eviction approximately LRU.</summary>
/// <remarks>
/// A read does not write. It leaves the entry's number here, unless the file says already that the entry was used within the last
/// second; so an entry costs one small write a second at most, however often it is read, and nothing when nothing has a bound. What
/// does not fit is forgotten: the entry looks older than it is until its next read.
/// </remarks>
internal sealed class Recency
{
    private const long Granularity = 1000; // Milliseconds.
    private const int Capacity = 16 * 1024;

    private readonly Lock _gate = new(); // Protects the set.
    private HashSet<long> _used = [];

    /// <summary>Whether a read of an entry is worth a note.</summary>
    /// <param name="noted">When the file says it was last used, in milliseconds.</param>
    /// <param name="now">The time, in microseconds.</param>
    public static bool IsNews(long noted, long now) => (now / Instant.PerMillisecond) - noted >= Granularity;

    /// <summary>An entry was read.</summary>
    /// <param name="id">Its number.</param>
    public void Used(long id)
    {
        lock (_gate)
        {
            if (_used.Count < Capacity)
                _used.Add(id);
        }
    }

    /// <summary>Takes what has gathered.</summary>
    public HashSet<long>? Take()
    {
        lock (_gate)
        {
            if (_used.Count == 0)
                return null;
            HashSet<long> taken = _used;
            _used = [];
            return taken;
        }
    }
}
