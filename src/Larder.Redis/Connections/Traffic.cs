namespace Larder.Redis.Connections;

/// <summary>What has gone over a store's connections, counted.</summary>
internal sealed class Traffic
{
    private long _commands;
    private long _sentBytes;
    private long _receivedBytes;

    public long Commands => Volatile.Read(ref _commands);

    public long BytesSent => Volatile.Read(ref _sentBytes);

    public long BytesReceived => Volatile.Read(ref _receivedBytes);

    public void Sent(int commands) => Interlocked.Add(ref _commands, commands);

    public void SentBytes(long bytes) => Interlocked.Add(ref _sentBytes, bytes);

    public void ReceivedBytes(long bytes) => Interlocked.Add(ref _receivedBytes, bytes);
}
