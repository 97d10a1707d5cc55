using Larder.PostgreSql.Connections;
using Larder.PostgreSql.Keys;
using Larder.Stores;
using Npgsql;

namespace Larder;

/// <content>Epochs: one row for each name that was cleared, and one for the counter under a name that no text has.</content>
public sealed partial class PostgreSqlStore
{
    private static readonly byte[] Counter = RowKey.End;

    /// <inheritdoc/>
    public async ValueTask<StoreEpochs> GetEpochsAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(names);
        cancellationToken.ThrowIfCancellationRequested();
        IdTable places = IdTable.Of(names);
        while (true)
        {
            (long? counter, long[] epochs) = await RunAsync(
                _statements.GetEpochs,
                [Parameters.Arrays([Counter, .. places.Ids])],
                changesNothing: true,
                (rows, token) => ReadAsync(rows, places, names.Count, token),
                cancellationToken).ConfigureAwait(false);
            if (counter is { } value)
                return new StoreEpochs(value, epochs);
            await BeginEpochsAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<long> BumpEpochAsync(string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        RowKey row = RowKey.Of(name);
        while (true)
        {
            long epoch = await RunAsync(
                _statements.Bump,
                [Parameters.Text(_sender), Parameters.Bytes(Counter), Parameters.Bytes(row.Id), Parameters.Name(row)],
                changesNothing: false,
                NumberAsync,
                cancellationToken).ConfigureAwait(false);
            if (epoch != 0)
                return epoch;
            await BeginEpochsAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static async ValueTask<(long? Counter, long[] Epochs)> ReadAsync(NpgsqlDataReader rows, IdTable places, int count, CancellationToken cancellationToken)
    {
        long? counter = null;
        long[] epochs = new long[count];
        while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            byte[] id = rows.GetFieldValue<byte[]>(0);
            long epoch = rows.GetInt64(1);
            if (id.AsSpan().SequenceEqual(Counter))
                counter = epoch;
            foreach (int place in places.Find(id))
                epochs[place] = epoch;
        }

        return (counter, epochs);
    }

    private async ValueTask BeginEpochsAsync(CancellationToken cancellationToken) =>
        await RunAsync(_statements.BeginEpochs, [Parameters.Bytes(Counter)], changesNothing: false, AnyAsync, cancellationToken).ConfigureAwait(false);
}
