using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Larder.Redis;
using Larder.Redis.Connections;
using Larder.Redis.Resp;

namespace Larder;

/// <content>Scans: small steps with <c>SCAN</c>, server by server.</content>
public sealed partial class RedisStore
{
    private const int ScanStep = 500;

    /// <inheritdoc/>
    public IAsyncEnumerable<string> ScanAsync(string prefix, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return ScanCoreAsync(prefix, cancellationToken);
    }

    // Strings are entries; leases are not.
    private async IAsyncEnumerable<string> ScanCoreAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        byte[] pattern = _keys.Pattern(prefix);
        foreach (Func<RedisCommand, CancellationToken, ValueTask<RespValue>> executeAsync in await Client().ServersAsync(cancellationToken).ConfigureAwait(false))
        {
            string cursor = "0";
            do
            {
                RespValue[] step = (await executeAsync(Scan(cursor, pattern), cancellationToken).ConfigureAwait(false)).Elements;
                if (step.Length != 2)
                    throw new RedisProtocolException($"SCAN was answered by {step.Length} values.");
                cursor = step[0].Text;
                foreach (RespValue name in step[1].Elements)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    if (_keys.TryRead(name.Bytes, out string key, out bool isEntry) && isEntry && key.StartsWith(prefix, StringComparison.Ordinal))
                        yield return key;
                }
            }
            while (cursor != "0");
        }
    }

    private static RedisCommand Scan(string cursor, byte[] pattern) => new(
        ["SCAN"u8.ToArray(), Encoding.ASCII.GetBytes(cursor), "MATCH"u8.ToArray(), pattern, "COUNT"u8.ToArray(), Encoding.ASCII.GetBytes(ScanStep.ToString(CultureInfo.InvariantCulture)), "TYPE"u8.ToArray(), "string"u8.ToArray()],
        keyIndex: 0,
        isIdempotent: true);
}
