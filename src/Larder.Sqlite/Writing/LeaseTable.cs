using Larder.Sqlite.Files;

namespace Larder.Sqlite.Writing;

/// <summary>The leases, as the open transaction changes them.</summary>
internal sealed class LeaseTable(Connection connection, WriteTransaction transaction)
{
    // A lease that has run out is as good as none: whoever asks next takes its place.
    private readonly Statement _acquire = connection.Prepare(
        "INSERT INTO lease (key, token, expires) VALUES (?1, ?2, ?3) ON CONFLICT (key) DO UPDATE SET token = excluded.token, expires = excluded.expires WHERE lease.expires <= ?4");

    private readonly Statement _end = connection.Prepare("DELETE FROM lease WHERE key = ?1");
    private readonly Statement _endOwn = connection.Prepare("DELETE FROM lease WHERE key = ?1 AND token = ?2 AND expires > ?3");
    private readonly Statement _sweep = connection.Prepare("DELETE FROM lease WHERE expires <= ?1");

    /// <summary>Whether there may be any.</summary>
    public bool Any { get; private set; }

    /// <summary>What is in the file.</summary>
    /// <param name="any">Whether there is any lease.</param>
    public void Begin(bool any) => Any = any;

    /// <summary>Takes the lease, if nobody holds it.</summary>
    public bool TryAcquire(ReadOnlySpan<byte> key, ReadOnlySpan<byte> token, TimeSpan duration)
    {
        Any = true;
        return _acquire.Bind(1, key).Bind(2, token).Bind(3, Instant.After(transaction.Now, duration)).Bind(4, transaction.Now).Run() > 0;
    }

    /// <summary>Ends the lease, whoever holds it.</summary>
    /// <returns>Whether there was one.</returns>
    public bool End(ReadOnlySpan<byte> key) => Any && _end.Bind(1, key).Run() > 0;

    /// <summary>Ends the lease, if it stands under this token.</summary>
    public bool TryEnd(ReadOnlySpan<byte> key, ReadOnlySpan<byte> token) => _endOwn.Bind(1, key).Bind(2, token).Bind(3, transaction.Now).Run() > 0;

    /// <summary>Drops what has run out.</summary>
    public void Sweep()
    {
        if (Any)
            _sweep.Bind(1, transaction.Now).Run();
    }
}
