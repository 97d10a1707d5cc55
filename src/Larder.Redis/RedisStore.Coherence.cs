using System.Security.Cryptography;
using System.Text;
using Larder.Redis;
using Larder.Redis.Connections;
using Larder.Redis.Keys;
using Larder.Redis.Resp;
using Larder.Stores;

namespace Larder;

/// <content>What the servers, and other processes, tell of changes.</content>
public sealed partial class RedisStore : IRedisListener
{
    // Every server of a cluster passes a message on, to every connection; it is heard as often as there are connections.
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

    void IRedisListener.OnPush(RespValue push, RespValue before, Lane lane)
    {
        if (push.Elements is not [{ Kind: RespKind.Blob } kind, ..])
            return;
        if (kind.Bytes.AsSpan().SequenceEqual("invalidate"u8) && push.Elements.Length == 2)
            OnInvalidated(push.Elements[1], before, lane);
        else if (kind.Bytes.AsSpan().SequenceEqual("message"u8) && push.Elements is [_, _, { Kind: RespKind.Blob } message])
            OnMessage(message.Bytes, lane);
    }

    void IRedisListener.OnLost(Exception reason)
    {
        _observer?.OnConnectionLost();
        _waits.SignalAll();
    }

    void IRedisListener.OnRestored() => _observer?.OnConnectionRestored();

    private void OnInvalidated(in RespValue keys, in RespValue before, Lane lane)
    {
        if (keys.Kind != RespKind.Array)
        {
            // Everything was flushed.
            _telemetry.Pushed();
            _telemetry.Restored();
            _observer?.OnConnectionLost();
            _observer?.OnConnectionRestored();
            _waits.SignalAll();
            return;
        }

        bool own = false;
        foreach (RespValue name in keys.Elements)
        {
            // Where everybody is told of everything, all connections are, and all but one also of what this process has done.
            if (_options.Tracking == RedisTracking.Broadcast && name.Kind == RespKind.Blob && !lane.Carries(name.Bytes))
                continue;
            own = true;
            if (name.Kind != RespKind.Blob || !_keys.TryRead(name.Bytes, out string key, out bool isEntry))
                continue;
            // A lease that comes or goes is no change of the entry: nothing here is older than it. Whoever was told so would
            // throw away what it is about to compute.
            if (isEntry && !_waits.IsOnlyWaitedFor(key) && !(keys.Elements.Length == 1 && IsLeaseOn(key, before)))
                _observer?.OnChanged(key);
            _waits.Signal(key);
        }

        if (own)
            _telemetry.Pushed();
    }

    // The script that puts a lease in an entry's place says so right before.
    private static bool IsLeaseOn(string key, in RespValue before) =>
        before.Kind == RespKind.Push && before.Elements is [_, _, { Kind: RespKind.Blob } bytes]
        && ChangeMessage.TryRead(bytes.Bytes, out ChangeMessage message) && message.Kind == ChangeMessage.LeaseKind && message.Name == key;

    private void OnMessage(byte[] bytes, Lane lane)
    {
        if (!ChangeMessage.TryRead(bytes, out ChangeMessage message) || message.Sender == _sender || message.Kind == ChangeMessage.LeaseKind)
            return;
        if (message.Kind == ChangeMessage.EntryKind)
        {
            if (lane.Count > 1 && !lane.Carries(_keys.Entry(message.Name)))
                return; // It is heard on every connection.
            _telemetry.Pushed();
            _observer?.OnChanged(message.Name);
            _waits.Signal(message.Name);
        }
        else if (IsNews(message))
        {
            _telemetry.Pushed();
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
        await _client.ExecuteAsync(new RedisCommand(["PUBLISH"u8.ToArray(), _keys.Channel, Message(ChangeMessage.EntryKind, key)], keyIndex: 0, isIdempotent: true), CancellationToken.None).ConfigureAwait(false);
    }

    private byte[] Message(string kind, string key) => [.. Encoding.ASCII.GetBytes(kind + _sender), .. EpochField(key).Span];

    private sealed class Observation(RedisStore store) : IDisposable
    {
        public void Dispose() => store._observer = null;
    }
}
