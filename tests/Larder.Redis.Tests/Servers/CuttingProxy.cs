using System.Net;
using System.Net.Sockets;

namespace Larder.Redis.Tests.Servers;

/// <summary>Stands between a client and a server, and can cut or silence what passes.</summary>
public sealed class CuttingProxy : IAsyncDisposable
{
    private readonly int _serverPort;
    private readonly CancellationTokenSource _disposal = new();
    private readonly Lock _gate = new(); // Protects the fields below.
    private readonly List<Socket> _open = [];
    private readonly TcpListener _listener;
    private TaskCompletionSource _flowing = Flowing();
    private bool _cut;
    private long _cutAfter = long.MaxValue;

    public CuttingProxy(int serverPort)
    {
        _serverPort = serverPort;
        _listener = new TcpListener(IPAddress.Loopback, 0);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = AcceptAsync(_listener);
    }

    public int Port { get; }

    public string Address => $"127.0.0.1:{Port}";

    /// <summary>Ends every connection, and refuses new ones.</summary>
    public void Cut()
    {
        lock (_gate)
        {
            _cut = true;
            EndAll();
        }
    }

    /// <summary>Ends every connection; new ones are taken.</summary>
    public void CutOnce()
    {
        lock (_gate)
            EndAll();
    }

    /// <summary>Ends the connection in the middle of what the server says, after so many bytes more.</summary>
    public void CutAfter(long bytes) => Volatile.Write(ref _cutAfter, bytes);

    public void Mend()
    {
        lock (_gate)
            _cut = false;
    }

    /// <summary>Lets nothing pass, in either direction, and tells nobody: a half-open connection.</summary>
    public void Silence()
    {
        lock (_gate)
            _flowing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Lets everything pass that was held back, and what comes.</summary>
    public void Speak()
    {
        lock (_gate)
            _flowing.TrySetResult();
    }

    public ValueTask DisposeAsync()
    {
        _disposal.Cancel();
        lock (_gate)
        {
            _cut = true;
            _listener.Stop();
            _flowing.TrySetResult();
            EndAll();
        }

        return ValueTask.CompletedTask;
    }

    private static TaskCompletionSource Flowing()
    {
        var flowing = new TaskCompletionSource();
        flowing.SetResult();
        return flowing;
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        while (!_disposal.IsCancellationRequested)
        {
            Socket client;
            try
            {
                client = await listener.AcceptSocketAsync(_disposal.Token);
            }
            catch (Exception) when (_disposal.IsCancellationRequested)
            {
                return;
            }

            _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        client.NoDelay = true;
        var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        lock (_gate)
        {
            _open.Add(client);
            _open.Add(server);
            if (_cut)
            {
                EndAll();
                return;
            }
        }

        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _serverPort);
            await Task.WhenAny(PassAsync(client, server, isReply: false), PassAsync(server, client, isReply: true));
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The server is not there; so is nobody for the client.
        }

        client.Dispose();
        server.Dispose();
    }

    private async Task PassAsync(Socket from, Socket to, bool isReply)
    {
        byte[] buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and int count)
            {
                Task flowing;
                lock (_gate)
                    flowing = _flowing.Task;
                await flowing;
                int passing = count;
                if (isReply && Interlocked.Add(ref _cutAfter, -count) < 0)
                    passing = (int)Math.Max(0, Interlocked.Exchange(ref _cutAfter, long.MaxValue) + count);
                await to.SendAsync(buffer.AsMemory(0, passing));
                if (passing < count)
                    return;
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Cut.
        }
    }

    private void EndAll()
    {
        foreach (Socket socket in _open)
            socket.Dispose();
        _open.Clear();
    }
}
