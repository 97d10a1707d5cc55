using System.Runtime.CompilerServices;
using Larder.PostgreSql.Connections;
using Larder.PostgreSql.Keys;
using Larder.Shared;

namespace Larder;

/// <content>Scans: small steps along the primary key, each from where the last one ended.</content>
public sealed partial class PostgreSqlStore
{
    private const int ScanStep = 500;

    /// <inheritdoc/>
    public IAsyncEnumerable<string> ScanAsync(string prefix, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return ScanCoreAsync(prefix, cancellationToken);
    }

    private async IAsyncEnumerable<string> ScanCoreAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        (byte[] from, byte[] to) = RowKey.Range(prefix);
        string statement = _statements.ScanFrom;
        while (true)
        {
            List<(byte[] Name, byte[] Id)> step = await RunAsync(
                statement,
                [Parameters.Bytes(from), Parameters.Bytes(to), Parameters.Number(ScanStep)],
                changesNothing: true,
                static async (rows, token) =>
                {
                    var found = new List<(byte[], byte[])>();
                    while (await rows.ReadAsync(token).ConfigureAwait(false))
                        found.Add((rows.GetFieldValue<byte[]>(0), rows.GetFieldValue<byte[]>(1)));
                    return found;
                },
                cancellationToken).ConfigureAwait(false);
            foreach ((byte[] name, byte[] _) in step)
            {
                cancellationToken.ThrowIfCancellationRequested();
                // The range is wider than a prefix that is long or ends within a pair; and anybody may write rows.
                if (Wtf8.TryRead(name, out string key) && key.StartsWith(prefix, StringComparison.Ordinal))
                    yield return key;
            }

            if (step.Count < ScanStep)
                yield break;
            from = step[^1].Id;
            statement = _statements.ScanAfter;
        }
    }
}
