using Larder.Sqlite.Coherence;
using Larder.Sqlite.Files;

namespace Larder.Sqlite.Writing;

/// <summary>What was changed, written down for the observers of other processes, and who observes.</summary>
/// <remarks>
/// <para>An observer registers in a transaction, before its store reads anything. Every change that is committed later finds it
/// registered; so nothing is written down while nobody listens, and a process alone with its file pays nothing.</para>
/// <para>An observer says now and then that it lives. One that has not for <see cref="LongestSilence"/> is struck off, and finds so itself if it
/// comes back: then it may have missed something. So it may when the changes were dropped that it had not read.</para>
/// </remarks>
internal sealed class ChangeLog(Connection connection, WriteTransaction transaction, long self)
{
    /// <summary>Who made a change that is news to everybody.</summary>
    public const long Anybody = 0;

    private const long Heartbeat = 10 * 1_000_000;
    private const long LongestSilence = 60 * 1_000_000;
    private const long Retention = 30 * 1_000_000;
    private const int MostKept = 100_000;

    private readonly Statement _add = connection.Prepare("INSERT INTO change (id, kind, writer, name) VALUES (?4, ?1, ?2, ?3)");
    private readonly Statement _prune = connection.Prepare("DELETE FROM change WHERE id <= ?1");
    private readonly Statement _register = connection.Prepare("INSERT INTO observer (id, seen) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET seen = excluded.seen");
    private readonly Statement _unregister = connection.Prepare("DELETE FROM observer WHERE id = ?1");
    private readonly Statement _beat = connection.Prepare("UPDATE observer SET seen = ?2 WHERE id = ?1");
    private readonly Statement _strikeOff = connection.Prepare("DELETE FROM observer WHERE seen < ?1 OR seen > ?2");
    private readonly Queue<(long At, long Last)> _history = new();
    private long _observers;
    private bool _observes;
    private long _last;
    private long _beatAt;

    private bool OthersObserve => _observers > (_observes ? 1 : 0);

    /// <summary>What is in the file.</summary>
    /// <param name="observers">How many observe.</param>
    /// <param name="observes">Whether this process is one of them.</param>
    /// <param name="last">The last change, be it that it was dropped: their numbers never come again.</param>
    public void Begin(long observers, bool observes, long last) => (_observers, _observes, _last) = (observers, observes, last);

    /// <summary>An entry was changed.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="byAnybody">Whether it is news to this process as well.</param>
    public void Happened(ReadOnlySpan<byte> key, bool byAnybody = false) => Add(ChangeKind.Entry, key, byAnybody);

    /// <summary>An epoch was bumped.</summary>
    public void EpochHappened(ReadOnlySpan<byte> name) => Add(ChangeKind.Epoch, name, byAnybody: false);

    /// <summary>This process observes from here on.</summary>
    /// <returns>The last change before.</returns>
    public long Register()
    {
        _register.Bind(1, self).Bind(2, transaction.Now).Run();
        if (!_observes)
            Begin(_observers + 1, observes: true, _last);
        _beatAt = transaction.Now;
        return _last;
    }

    /// <summary>This process observes no more.</summary>
    public void Unregister()
    {
        if (_unregister.Bind(1, self).Run() > 0)
            Begin(_observers - 1, observes: false, _last);
    }

    /// <summary>Says that this process lives, if it observes; strikes off who does not; drops old changes.</summary>
    public void Keep()
    {
        long now = transaction.Now;
        if (now - _beatAt >= Heartbeat || now < _beatAt)
        {
            _beat.Bind(1, self).Bind(2, now).Run();
            _observers -= _strikeOff.Bind(1, now - LongestSilence).Bind(2, now + LongestSilence).Run();
            _beatAt = now;
        }

        long drop = Math.Max(transaction.Pruned, _last - MostKept);
        if (_observers == 0)
            drop = _last;
        if (_history.Count == 0 || _last > _history.Last().Last)
            _history.Enqueue((now, _last));
        while (_history.TryPeek(out (long At, long Last) old) && (now - old.At >= Retention || now < old.At))
        {
            drop = Math.Max(drop, now < old.At ? 0 : old.Last);
            _history.Dequeue();
        }

        if (drop <= transaction.Pruned)
            return;
        _prune.Bind(1, drop).Run();
        transaction.Pruned = drop;
    }

    private void Add(ChangeKind kind, ReadOnlySpan<byte> name, bool byAnybody)
    {
        if (OthersObserve || (byAnybody && _observes))
            _add.Bind(1, (long)kind).Bind(2, byAnybody ? Anybody : self).Bind(3, name).Bind(4, ++_last).Run();
    }
}
