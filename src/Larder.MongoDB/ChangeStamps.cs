using System.Globalization;
using System.Security.Cryptography;

namespace Larder.MongoDB;

/// <summary>
/// The stamps by which changes are known when the server tells of them: what was done (one letter), by which store, and a number
/// that no other change of that store has.
/// </summary>
/// <remarks>
/// A change is this store's own as often as this store has made it and no more: a document that somebody else has copied, stamp
/// included, is somebody else's change.
/// </remarks>
internal sealed class ChangeStamps
{
    /// <summary>An entry was written, or got another TTL; or an epoch was bumped.</summary>
    public const char Change = 'c';

    /// <summary>An entry was removed, or a lease voided; what is left is empty.</summary>
    public const char Removal = 'r';

    /// <summary>A lease came or went: nothing that anybody keeps is older than that.</summary>
    public const char Lease = 'l';

    /// <summary>A lease went, and what is left is empty.</summary>
    public const char LastLease = 'e';

    private readonly string _store = RandomNumberGenerator.GetHexString(16, lowercase: true);
    private readonly Lock _gate = new(); // Protects the table.
    private readonly Dictionary<string, int> _expected = new(StringComparer.Ordinal);
    private long _number;

    /// <summary>Whether anybody is told of changes, so that own ones have to be known.</summary>
    public bool AreHeard { get; set; }

    /// <summary>A stamp without its first letter.</summary>
    public string New() => string.Create(CultureInfo.InvariantCulture, $"{_store}/{Interlocked.Increment(ref _number)}");

    /// <summary>A stamp for a change of at most so many documents, which is about to be sent.</summary>
    public string Expect(char kind, int most)
    {
        string stamp = kind + New();
        if (AreHeard)
        {
            lock (_gate)
                _expected[stamp] = most;
        }

        return stamp;
    }

    /// <summary>So many fewer documents have changed.</summary>
    public void Spare(string stamp, int unchanged)
    {
        if (!AreHeard || unchanged == 0)
            return;
        lock (_gate)
            TakeAway(stamp, unchanged);
    }

    /// <summary>Whether a change that is told is an own one.</summary>
    public bool IsOwn(string stamp)
    {
        lock (_gate)
            return TakeAway(stamp, 1);
    }

    /// <summary>What has been told so far is all that will be.</summary>
    public void Forget()
    {
        lock (_gate)
            _expected.Clear();
    }

    private bool TakeAway(string stamp, int count)
    {
        if (!_expected.TryGetValue(stamp, out int left))
            return false;
        if (left > count)
            _expected[stamp] = left - count;
        else
            _expected.Remove(stamp);
        return true;
    }
}
