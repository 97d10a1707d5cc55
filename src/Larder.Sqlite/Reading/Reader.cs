using System.Buffers;
using System.Runtime.CompilerServices;
using Larder.Sqlite.Files;
using Larder.Sqlite.Keys;
using Larder.Stores;

namespace Larder.Sqlite.Reading;

/// <summary>One connection that reads, with its statements. In WAL mode nobody who writes holds it up. After an exception it is closed, not used again.</summary>
internal sealed class Reader : IDisposable
{
    private const int KeysOnStack = 256;
    private const int ScanStep = 128;

    // What a scan's step may hold of long keys.
    private const int ScanBytes = 1024 * 1024;

    private readonly Connection _connection;
    private readonly Recency? _recency;
    private readonly Statement _get;
    private readonly Statement _expiry;
    private readonly Statement _begin;
    private readonly Statement _commit;
    private readonly Statement _counter;
    private readonly Statement _epoch;
    private readonly Statement _lease;
    private readonly Statement _first;
    private readonly Statement _scan;
    private readonly Statement _scanAll;
    private long _getAt = long.MinValue;

    public Reader(string path, int generation, Recency? recency)
    {
        Generation = generation;
        _recency = recency;
        _connection = Connection.Open(path, create: false);
        try
        {
            Schema.Prepare(_connection);
            _connection.Execute("PRAGMA query_only = ON");
            _get = _connection.Prepare("SELECT value, used, id FROM entry WHERE key = ?1 AND (expires IS NULL OR expires > ?2)");
            _expiry = _connection.Prepare("SELECT expires FROM entry WHERE key = ?1 AND (expires IS NULL OR expires > ?2)");
            _begin = _connection.Prepare("BEGIN");
            _commit = _connection.Prepare("COMMIT");
            _counter = _connection.Prepare("SELECT counter FROM state");
            _epoch = _connection.Prepare("SELECT value FROM epoch WHERE name = ?1");
            _lease = _connection.Prepare("SELECT expires FROM lease WHERE key = ?1");
            _first = _connection.Prepare("SELECT key FROM entry WHERE key = ?1 AND (expires IS NULL OR expires > ?2)");
            _scan = _connection.Prepare("SELECT key FROM entry INDEXED BY entry_by_key WHERE key > ?1 AND key < ?3 AND (expires IS NULL OR expires > ?2) ORDER BY key LIMIT 128");
            _scanAll = _connection.Prepare("SELECT key FROM entry INDEXED BY entry_by_key WHERE key > ?1 AND (expires IS NULL OR expires > ?2) ORDER BY key LIMIT 128");
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>Which opening of the file it belongs to.</summary>
    public int Generation { get; }

    [SkipLocalsInit]
    public ReadOnlyMemory<byte>? Get(string key, long now)
    {
        byte[]? rented = null;
        Span<byte> name = key.Length <= KeysOnStack ? stackalloc byte[KeysOnStack * 3] : (rented = ArrayPool<byte>.Shared.Rent(KeyBytes.MaxLength(key.Length)));
        try
        {
            return Get(name[..KeyBytes.Write(key, name)], now);
        }
        finally
        {
            if (rented is not null)
                ArrayPool<byte>.Shared.Return(rented);
        }
    }

    public ReadOnlyMemory<byte>?[] GetMany(IReadOnlyList<string> keys, long now)
    {
        var values = new ReadOnlyMemory<byte>?[keys.Count];
        if (values.Length == 0)
            return values;
        // Begun once, which is most of what a read costs.
        _begin.Run();
        for (int i = 0; i < values.Length; i++)
            values[i] = Get(keys[i], now);
        _commit.Run();
        return values;
    }

    public StoreTimeToLive GetTimeToLive(string key, long now)
    {
        _expiry.Bind(1, KeyBytes.Of(key)).Bind(2, now);
        if (!_expiry.Step())
            return StoreTimeToLive.Missing;
        StoreTimeToLive left = _expiry.IsNull(0) ? StoreTimeToLive.Infinite : new StoreTimeToLive(Exists: true, TimeSpan.FromMicroseconds(_expiry.Int64(0) - now));
        _expiry.Reset();
        return left;
    }

    public StoreEpochs GetEpochs(IReadOnlyList<string> names)
    {
        long[] epochs = new long[names.Count];
        // All of one instant.
        _begin.Run();
        _counter.Step();
        long counter = _counter.Int64(0);
        _counter.Reset();
        for (int i = 0; i < epochs.Length; i++)
        {
            _epoch.Bind(1, KeyBytes.Of(names[i]));
            if (!_epoch.Step())
                continue;
            epochs[i] = _epoch.Int64(0);
            _epoch.Reset();
        }

        _commit.Run();
        return new StoreEpochs(counter, epochs);
    }

    /// <summary>When the lease on a key runs out; nothing when there is none.</summary>
    public long? LeaseExpiry(string key)
    {
        _lease.Bind(1, KeyBytes.Of(key));
        if (!_lease.Step())
            return null;
        long expiry = _lease.Int64(0);
        _lease.Reset();
        return expiry;
    }

    /// <summary>The next keys that begin with the prefix, after <paramref name="last"/>; none at the end.</summary>
    public List<byte[]> KeysAfter(byte[]? last, byte[] prefix, long now)
    {
        List<byte[]> keys = [];
        if (last is null)
        {
            // The prefix itself is a key that begins with it.
            _first.Bind(1, prefix).Bind(2, now);
            if (_first.Step())
            {
                keys.Add(_first.Blob(0).ToArray());
                _first.Reset();
            }
        }

        byte[]? end = KeyBytes.EndOf(prefix);
        Statement scan = (end is null ? _scanAll : _scan).Bind(1, last ?? prefix).Bind(2, now);
        if (end is not null)
            scan.Bind(3, end);
        int bytes = 0;
        while (keys.Count < ScanStep && bytes < ScanBytes && scan.Step())
        {
            keys.Add(scan.Blob(0).ToArray());
            bytes += keys[^1].Length;
        }

        scan.Reset();
        return keys;
    }

    public void Dispose() => _connection.Dispose();

    private ReadOnlyMemory<byte>? Get(ReadOnlySpan<byte> key, long now)
    {
        _get.Bind(1, key);
        if (now != _getAt)
            _get.Bind(2, _getAt = now); // It stays bound: of many keys, all are asked for at one time.
        if (!_get.Step())
            return null;
        ReadOnlyMemory<byte> value = _get.Blob(0).ToArray();
        if (_recency is not null && Recency.IsNews(_get.Int64(1), now))
            _recency.Used(_get.Int64(2));
        _get.Reset();
        return value;
    }
}
