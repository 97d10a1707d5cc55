using Larder.Sqlite.Files;
using Larder.Sqlite.Keys;

namespace Larder.Sqlite.Coherence;

/// <summary>The connection that looks for changes.</summary>
internal sealed class ChangeReader : IDisposable
{
    private const int Step = 1000;

    private readonly long _self;
    private readonly Connection _connection;
    private readonly Statement _version;
    private readonly Statement _begin;
    private readonly Statement _commit;
    private readonly Statement _standing;
    private readonly Statement _changes;
    private long _seen = -1;

    public ChangeReader(string path, long self)
    {
        _self = self;
        _connection = Connection.Open(path, create: false);
        try
        {
            Schema.Prepare(_connection);
            _connection.Execute("PRAGMA query_only = ON");
            _version = _connection.Prepare("PRAGMA data_version");
            _begin = _connection.Prepare("BEGIN");
            _commit = _connection.Prepare("COMMIT");
            _standing = _connection.Prepare("SELECT pruned, EXISTS (SELECT 1 FROM observer WHERE id = ?1) FROM state");
            _changes = _connection.Prepare("SELECT id, kind, writer, name FROM change WHERE id > ?1 ORDER BY id LIMIT ?2");
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>Whether the file that is open lies under its path no more.</summary>
    public bool HasMoved => _connection.HasMoved;

    /// <summary>Whether anything at all was committed since the last time, by whomever; the first time it is assumed.</summary>
    public bool HasNews()
    {
        // SQLite counts the commits of other connections: https://www.sqlite.org/pragma.html#pragma_data_version
        _version.Step();
        long version = _version.Int64(0);
        _version.Reset();
        if (version == _seen)
            return false;
        _seen = version;
        return true;
    }

    /// <summary>Reads some of the changes after <paramref name="last"/> that are news to this process.</summary>
    /// <param name="last">The last change that was read; moves on.</param>
    /// <param name="mayHaveMore">Whether there may be more.</param>
    /// <returns>The changes; nothing when some are missing, because this process was struck off or they were dropped.</returns>
    public List<(ChangeKind Kind, string Name)>? Read(ref long last, out bool mayHaveMore)
    {
        mayHaveMore = false;
        List<(ChangeKind, string)> changes = [];
        _begin.Run();
        _standing.Bind(1, _self).Step();
        bool isWhole = _standing.Int64(0) <= last && _standing.Int64(1) != 0;
        _standing.Reset();
        int rows = 0;
        _changes.Bind(1, last).Bind(2, Step);
        while (isWhole && _changes.Step())
        {
            rows++;
            last = _changes.Int64(0);
            if (_changes.Int64(2) != _self && KeyBytes.TryRead(_changes.Blob(3), out string name))
                changes.Add(((ChangeKind)_changes.Int64(1), name));
        }

        _changes.Reset();
        _commit.Run();
        mayHaveMore = rows == Step;
        return isWhole ? changes : null;
    }

    public void Dispose() => _connection.Dispose();
}
