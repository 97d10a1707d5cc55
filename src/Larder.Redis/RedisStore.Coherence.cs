using System.Security.Cryptography;
using System.Text;
using Larder.Redis;
using Larder.Redis.Connections;
using Larder.Redis.Resp;
using Larder.Stores;

namespace Larder;

/// <content>What the servers, and other processes, tell of changes.</content>
public sealed partial class RedisStore : IRedisListener
{
    // In a cluster every server passes a message on; it is heard as often as there are connections.
    private const int RememberedEpochs = 256;

    private readonly string _sender = RandomNumberGenerator.GetHexString(ChangeMessage.SenderLength, lowercase: true);
    private readonly Lock _heardGate = new(); // Protects what was heard.
    private readonly Queue<(string Name, long Epoch)> _heardInOrder = new();
    private readonly HashSet<(string Name, long Epoch)> _heard = [];

    // Read on the reading loops. Nobody is told after it was taken away, except by a call that is under way.
    private volatile IStoreObserver? _observer;
    private int _observed;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">This store has been observed before.</exception>
    public IDisposable Observe(IStoreObserver observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        if (Interlocked.Exchange(ref _observed, 1) != 0)
            throw new InvalidOperationException("This store has an observer, or had one; make another store.");
        _observer = observer;
        Client();
        return new Observation(this);
    }

    void IRedisListener.OnPush(RespValue push)
    {
        if (push.Elements is not [{ Kind: RespKind.Blob } kind, ..])
            return;
        if (kind.Bytes.AsSpan().SequenceEqual("invalidate"u8) && push.Elements.Length == 2)
            OnInvalidated(push.Elements[1]);
        else if (kind.Bytes.AsSpan().SequenceEqual("message"u8) && push.Elements is [_, _, { Kind: RespKind.Blob } message])
            OnMessage(message.Bytes);
    }

    void IRedisListener.OnLost(Exception reason)
    {
        _observer?.OnConnectionLost();
        _waits.SignalAll();
    }

    void IRedisListener.OnRestored() => _observer?.OnConnectionRestored();

    private void OnInvalidated(in RespValue keys)
    {
        _telemetry.Pushed();
        if (keys.Kind != RespKind.Array)
        {
            // Everything was flushed.
            _telemetry.Restored();
            _observer?.OnConnectionLost();
            _observer?.OnConnectionRestored();
            _waits.SignalAll();
            return;
        }

        foreach (RespValue name in keys.Elements)
        {
            if (name.Kind != RespKind.Blob || !_keys.TryRead(name.Bytes, out string key, out bool isEntry))
                continue;
            if (isEntry)
                _observer?.OnChanged(key);
            _waits.Signal(key);
        }
    }

    private void OnMessage(byte[] bytes)
    {
        if (!ChangeMessage.TryRead(bytes, out ChangeMessage message) || message.Sender == _sender)
            return;
        _telemetry.Pushed();
        if (message.Kind == ChangeMessage.EntryKind)
        {
            _observer?.OnChanged(message.Name);
            _waits.Signal(message.Name);
        }
        else if (IsNews(message))
        {
            _observer?.OnEpochChanged(message.Name);
        }
    }

    private bool IsNews(in ChangeMessage message)
    {
        lock (_heardGate)
        {
            if (!_heard.Add((message.Name, message.Epoch)))
                return false;
            _heardInOrder.Enqueue((message.Name, message.Epoch));
            if (_heardInOrder.Count > RememberedEpochs)
                _heard.Remove(_heardInOrder.Dequeue());
            return true;
        }
    }

    // This process has changed a key. The server does not tell the connection that did it; and without tracking nobody.
    private async ValueTask ChangedAsync(string key)
    {
        _waits.Signal(key);
        if (_client.Tracks)
            return;
        byte[] message = [.. Encoding.ASCII.GetBytes(ChangeMessage.EntryKind + _sender), .. EpochField(key).Span];
        await _client.ExecuteAsync(new RedisCommand(["PUBLISH"u8.ToArray(), _keys.Channel, message], keyIndex: 0, isIdempotent: true), CancellationToken.None).ConfigureAwait(false);
    }

    private sealed class Observation(RedisStore store) : IDisposable
    {
        public void Dispose() => store._observer = null;
    }
}
