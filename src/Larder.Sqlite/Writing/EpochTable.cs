using Larder.Sqlite.Files;

namespace Larder.Sqlite.Writing;

/// <summary>The epochs, as the open transaction changes them.</summary>
internal sealed class EpochTable(Connection connection, WriteTransaction transaction)
{
    private readonly Statement _set = connection.Prepare("INSERT INTO epoch (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value");

    /// <summary>Clears a name.</summary>
    /// <returns>Its new epoch.</returns>
    public long Bump(ReadOnlySpan<byte> name)
    {
        long epoch = ++transaction.Counter;
        _set.Bind(1, name).Bind(2, epoch).Run();
        transaction.Changes.EpochHappened(name);
        return epoch;
    }
}
