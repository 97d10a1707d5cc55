using Larder.Sqlite.Keys;
using Larder.Stores;

namespace Larder;

/// <content>Epochs: a table, and the counter in the file's state.</content>
public sealed partial class SqliteStore
{
    /// <inheritdoc/>
    public ValueTask<StoreEpochs> GetEpochsAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(names);
        return ReadAsync(names, static (reader, names, _) => reader.GetEpochs(names), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<long> BumpEpochAsync(string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        byte[] bytes = KeyBytes.Of(name);
        return await WriteAsync(transaction => transaction.Epochs.Bump(bytes), cancellationToken).ConfigureAwait(false);
    }
}
