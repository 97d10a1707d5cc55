using Larder.Sqlite.Diagnostics;
using Larder.Sqlite.Files;
using Larder.Sqlite.Reading;

namespace Larder.Sqlite.Writing;

/// <summary>The entries, as the open transaction changes them.</summary>
internal sealed class EntryTable
{
    private const int EntryBytes = 64; // What the row, and the indexes of expiry and use, take beside key and value.
    private const int EvictionStep = 32;

    private readonly WriteTransaction _transaction;
    private readonly SqliteStoreOptions _options;
    private readonly SqliteTelemetry _telemetry;
    private readonly Recency? _recency;
    private readonly Statement _find;
    private readonly Statement _insert;
    private readonly Statement _update;
    private readonly Statement _updateValue;
    private readonly Statement _delete;
    private readonly Statement _expire;
    private readonly Statement _due;
    private readonly Statement _oldest;
    private readonly Statement _touch;
    private long _expired;
    private long _evicted;
    private long _refused;

    public EntryTable(Connection connection, WriteTransaction transaction, SqliteStoreOptions options, SqliteTelemetry telemetry, Recency? recency)
    {
        _transaction = transaction;
        _options = options;
        _telemetry = telemetry;
        _recency = recency;
        _find = connection.Prepare("SELECT id, length(value), expires IS NOT NULL AND expires <= ?2, used FROM entry WHERE key = ?1");
        _insert = connection.Prepare("INSERT INTO entry (expires, used, key, value) VALUES (?1, ?2, ?3, ?4)");
        _update = connection.Prepare("UPDATE entry SET expires = ?1, used = ?2, value = ?3 WHERE id = ?4");
        _updateValue = connection.Prepare("UPDATE entry SET expires = ?1, value = ?2 WHERE id = ?3");
        _delete = connection.Prepare("DELETE FROM entry WHERE id = ?1");
        _expire = connection.Prepare("UPDATE entry SET expires = ?1 WHERE id = ?2");
        _due = connection.Prepare("SELECT id, key, length(value) FROM entry WHERE expires <= ?1 ORDER BY expires LIMIT ?2");
        _oldest = connection.Prepare("SELECT id, key, length(value) FROM entry ORDER BY used, id LIMIT ?1");
        _touch = connection.Prepare("UPDATE entry SET used = ?1 WHERE id = ?2 AND used < ?1");
    }

    public void Begin() => (_expired, _evicted, _refused) = (0, 0, 0);

    public void Committed()
    {
        if (_expired + _evicted + _refused > 0)
            _telemetry.Deleted(_expired, _evicted, _refused);
    }

    /// <summary>Writes an entry, or removes the one there is when the new one is too large.</summary>
    public void Set(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, TimeSpan? timeToLive)
    {
        _transaction.Leases.End(key);
        long? expires = timeToLive is { } span ? Instant.After(_transaction.Now, span) : null;
        long size = Size(key.Length, value.Length);
        bool exists = TryFind(key, out Found found);
        if (size > _options.MaxBytes)
        {
            if (exists)
                Delete(found.Id, Size(key.Length, found.ValueLength));
            _refused++;
            _transaction.Changes.Happened(key, byAnybody: true);
            return;
        }

        long used = _transaction.Now / Instant.PerMillisecond;
        if (exists)
        {
            // That it was used is noted once a second, as of reads: each note is two more pages for the log. Also when the clock was set back.
            if (found.Used > used || Recency.IsNews(found.Used, _transaction.Now))
                _update.Bind(1, expires).Bind(2, used).Bind(3, value).Bind(4, found.Id).Run();
            else
                _updateValue.Bind(1, expires).Bind(2, value).Bind(3, found.Id).Run();
            _transaction.ByteCount += value.Length - found.ValueLength;
        }
        else
        {
            _insert.Bind(1, expires).Bind(2, used).Bind(3, key).Bind(4, value).Run();
            _transaction.ByteCount += size;
            _transaction.EntryCount++;
        }

        _transaction.Changes.Happened(key);
    }

    /// <summary>Removes an entry.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Remove(ReadOnlySpan<byte> key)
    {
        // Whoever computes it under a lease that ends here has to know, even though there was nothing yet.
        bool computing = _transaction.Leases.End(key);
        bool exists = TryFind(key, out Found found);
        if (exists)
            Delete(found.Id, Size(key.Length, found.ValueLength));
        if (exists || computing)
            _transaction.Changes.Happened(key);
        return exists && !found.IsExpired;
    }

    /// <summary>Changes when an entry expires.</summary>
    /// <returns>Whether there is one.</returns>
    public bool SetTimeToLive(ReadOnlySpan<byte> key, TimeSpan? timeToLive)
    {
        if (!TryFind(key, out Found found) || found.IsExpired)
            return false;
        _expire.Bind(1, timeToLive is { } span ? Instant.After(_transaction.Now, span) : null).Bind(2, found.Id).Run();
        _transaction.Changes.Happened(key);
        return true;
    }

    /// <summary>Deletes some of what has expired.</summary>
    /// <param name="most">How many at most.</param>
    /// <param name="mostBytes">After how many bytes to stop.</param>
    /// <returns>Whether there may be more.</returns>
    public bool Sweep(int most, long mostBytes)
    {
        List<Row> due = Read(_due.Bind(1, _transaction.Now).Bind(2, most));
        int done = 0;
        for (long bytes = 0; done < due.Count && bytes < mostBytes; done++)
        {
            DeleteForAll(due[done]);
            bytes += due[done].Bytes;
        }

        _expired += done;
        return done == most || done < due.Count;
    }

    /// <summary>Notes in the file what was read.</summary>
    public void NoteUse()
    {
        if (_recency?.Take() is not { } used)
            return;
        long now = _transaction.Now / Instant.PerMillisecond;
        foreach (long id in used)
            _touch.Bind(1, now).Bind(2, id).Run();
    }

    /// <summary>Deletes what has expired, and then what was used least recently, until the bounds are kept.</summary>
    public void KeepBounds()
    {
        if (!IsOver)
            return;
        NoteUse();
        while (IsOver && Sweep(EvictionStep, long.MaxValue))
        {
            // What nobody can read goes before what somebody might.
        }

        while (IsOver)
        {
            List<Row> oldest = Read(_oldest.Bind(1, EvictionStep));
            if (oldest.Count == 0)
                throw new SqliteStoreException(SqliteFailure.Damaged, $"SQLite '{_options.Path}': the entries are not what the table of the file's state says.");
            for (int i = 0; i < oldest.Count && IsOver; i++)
            {
                DeleteForAll(oldest[i]);
                _evicted++;
            }
        }
    }

    private bool IsOver => _transaction.EntryCount > _options.MaxEntries || _transaction.ByteCount > _options.MaxBytes;

    private static long Size(long keyLength, long valueLength) => valueLength + (2 * keyLength) + EntryBytes;

    private static List<Row> Read(Statement rows)
    {
        List<Row> read = [];
        while (rows.Step())
        {
            byte[] key = rows.Blob(1).ToArray();
            read.Add(new Row(rows.Int64(0), key, Size(key.Length, rows.Int64(2))));
        }

        return read;
    }

    private bool TryFind(ReadOnlySpan<byte> key, out Found found)
    {
        found = default;
        _find.Bind(1, key).Bind(2, _transaction.Now);
        if (!_find.Step())
            return false;
        found = new Found(_find.Int64(0), _find.Int64(1), _find.Int64(2) != 0, _find.Int64(3));
        _find.Reset();
        return true;
    }

    private void DeleteForAll(in Row row)
    {
        Delete(row.Id, row.Bytes);
        _transaction.Changes.Happened(row.Key, byAnybody: true);
    }

    private void Delete(long id, long bytes)
    {
        _delete.Bind(1, id).Run();
        _transaction.EntryCount--;
        _transaction.ByteCount -= bytes;
    }

    private readonly record struct Found(long Id, long ValueLength, bool IsExpired, long Used);

    private readonly record struct Row(long Id, byte[] Key, long Bytes);
}
