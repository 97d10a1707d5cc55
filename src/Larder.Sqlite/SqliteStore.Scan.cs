using System.Runtime.CompilerServices;
using Larder.Sqlite.Keys;

namespace Larder;

/// <content>Scans: small steps along the index of the keys.</content>
public sealed partial class SqliteStore
{
    private const int RemovalStep = 500;

    /// <inheritdoc/>
    public IAsyncEnumerable<string> ScanAsync(string prefix, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return ScanCoreAsync(prefix, cancellationToken);
    }

    private async IAsyncEnumerable<string> ScanCoreAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        byte[] start = KeyBytes.Of(prefix);
        byte[]? last = null;
        while (true)
        {
            List<byte[]> keys = await ReadAsync((start, last), static (reader, place, now) => reader.KeysAfter(place.last, place.start, now), cancellationToken).ConfigureAwait(false);
            if (keys.Count == 0)
                yield break;
            foreach (byte[] key in keys)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (KeyBytes.TryRead(key, out string text))
                    yield return text;
            }

            last = keys[^1];
            await Task.Yield(); // Whoever lists a million keys holds no thread meanwhile.
        }
    }
}
