using System.Globalization;
using System.Text;
using Larder.Redis;
using Larder.Redis.Connections;
using Larder.Redis.Keys;
using Larder.Redis.Resp;
using Larder.Shared;
using Larder.Stores;

namespace Larder;

/// <content>Epochs: one hash, with the counter under a name that no text has.</content>
public sealed partial class RedisStore
{
    private static readonly ReadOnlyMemory<byte> GetFields = "HMGET"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> Counter = new byte[] { 0xFF };

    /// <inheritdoc/>
    public async ValueTask<StoreEpochs> GetEpochsAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(names);
        ReadOnlyMemory<byte>[] fields = [_keys.Epochs, Counter, .. names.Select(EpochField)];
        while (true)
        {
            RespValue reply = await Client().ExecuteAsync(RedisCommand.Read(GetFields, fields), cancellationToken).ConfigureAwait(false);
            RespValue[] values = reply.Elements;
            if (values.Length != names.Count + 1)
                throw new RedisProtocolException($"HMGET of {names.Count + 1} fields was answered by {values.Length} values.");
            if (!values[0].IsNull)
                return new StoreEpochs(Epoch(values[0]), Array.ConvertAll(values[1..], static value => value.IsNull ? 0 : Epoch(value)));
            await RunAsync(Scripts.BeginEpochs, Scripts.BeginEpochs.Call([_keys.Epochs], [], isIdempotent: true), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<long> BumpEpochAsync(string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        RespValue reply = await RunAsync(Scripts.Bump, Scripts.Bump.Call([_keys.Epochs], [EpochField(name), _keys.Channel, EpochMessage()]), cancellationToken).ConfigureAwait(false);
        return reply.Integer;
    }

    private static long Epoch(in RespValue value) => long.TryParse(value.Bytes, NumberStyles.None, CultureInfo.InvariantCulture, out long epoch)
        ? epoch
        : throw new RedisProtocolException("An epoch on the server is no number.");

    private static ReadOnlyMemory<byte> EpochField(string name)
    {
        byte[] bytes = new byte[Wtf8.MaxLength(name.Length)];
        return bytes.AsMemory(0, Wtf8.Write(name, bytes));
    }

    private ReadOnlyMemory<byte> EpochMessage() => Encoding.ASCII.GetBytes(ChangeMessage.EpochKind + _sender);
}
