using System.Net;
using System.Net.Sockets;

namespace Larder.Conformance.Servers;

/// <summary>Stands between a client and a server, and can cut or silence what passes.</summary>
public sealed class CuttingProxy : IAsyncDisposable
{
    private readonly int _serverPort;
    private readonly CancellationTokenSource _disposal = new();
    private readonly TcpListener _listener;
    private readonly Lock _gate = new(); // Protects the fields below.
    private readonly List<Lane> _lanes = [];
    private bool _cut;
    private long _cutAfter = long.MaxValue;

    public CuttingProxy(int serverPort)
    {
        _serverPort = serverPort;
        _listener = new TcpListener(IPAddress.Loopback, 0);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = AcceptAsync();
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

    /// <summary>Takes new connections again.</summary>
    public void Mend()
    {
        lock (_gate)
            _cut = false;
    }

    /// <summary>Ends every connection; new ones are taken.</summary>
    public void CutOnce()
    {
        lock (_gate)
            EndAll();
    }

    /// <summary>Ends a connection in the middle of what the server says, after so many bytes more.</summary>
    public void CutAfter(long bytes) => Volatile.Write(ref _cutAfter, bytes);

    /// <summary>Lets nothing pass on the connections that there are, in either direction, and tells nobody. New ones pass.</summary>
    /// <returns>Lets pass what was held back.</returns>
    public Action Hold()
    {
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            foreach (Lane lane in _lanes)
                lane.Held = hold.Task;
        }

        return () => hold.TrySetResult();
    }

    public ValueTask DisposeAsync()
    {
        _disposal.Cancel();
        _listener.Stop();
        Cut();
        return ValueTask.CompletedTask;
    }

    private async Task AcceptAsync()
    {
        while (!_disposal.IsCancellationRequested)
        {
            try
            {
                _ = ServeAsync(await _listener.AcceptSocketAsync(_disposal.Token));
            }
            catch (Exception) when (_disposal.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        var lane = new Lane(client, new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
        client.NoDelay = true;
        lock (_gate)
        {
            if (_cut)
            {
                lane.End();
                return;
            }

            _lanes.Add(lane);
        }

        try
        {
            await lane.Server.ConnectAsync(IPAddress.Loopback, _serverPort);
            await Task.WhenAny(PassAsync(lane, lane.Client, lane.Server, isReply: false), PassAsync(lane, lane.Server, lane.Client, isReply: true));
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The server is not there; so is nobody for the client.
        }

        lane.End();
    }

    private async Task PassAsync(Lane lane, Socket from, Socket to, bool isReply)
    {
        byte[] buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and int count)
            {
                await lane.Held;
                int passing = count;
                if (isReply && Volatile.Read(ref _cutAfter) != long.MaxValue && Interlocked.Add(ref _cutAfter, -count) < 0)
                    passing = (int)Math.Clamp(Interlocked.Exchange(ref _cutAfter, long.MaxValue) + count, 0, count);
                await to.SendAsync(buffer.AsMemory(0, passing));
                if (passing < count)
                    return;
            }

            await lane.Held; // A connection that ends while it is held back ends for the other side when it is let go.
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            await lane.Held;
        }
    }

    private void EndAll()
    {
        foreach (Lane lane in _lanes)
            lane.End();
        _lanes.Clear();
    }

    private sealed class Lane(Socket client, Socket server)
    {
        private volatile Task _held = Task.CompletedTask;

        public Socket Client => client;

        public Socket Server => server;

        public Task Held
        {
            get => _held;
            set => _held = value;
        }

        public void End()
        {
            client.Dispose();
            server.Dispose();
        }
    }
}
