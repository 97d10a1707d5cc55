using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Larder.MongoDB.Bson;

namespace Larder.MongoDB.Tests.Servers;

/// <summary>A server in this process, on a free port of this machine, that speaks as much of MongoDB as the store and python3-pymongo ask of it.</summary>
internal sealed class MongoServer : IAsyncDisposable
{
    private readonly Lock _gate = new(); // Protects the connections.
    private readonly HashSet<ServerConnection> _connections = [];
    private TcpListener? _listener;
    private CancellationTokenSource _running = new();

    public MongoServer(MongoData? data = null, string? setName = null)
    {
        Data = data ?? new MongoData();
        Role = new MongoServerRole { SetName = setName };
        Commands = new MongoCommands(Data, Role);
        Role.Hosts = () => [Address];
        Start();
    }

    public MongoData Data { get; }

    public MongoServerRole Role { get; }

    public MongoCommands Commands { get; }

    public int Port { get; private set; }

    public string Address => $"127.0.0.1:{Port}";

    /// <summary>Who may use it; nobody has to say who they are when this is null.</summary>
    public (string User, string Password, string[] Mechanisms)? User { get; set; }

    /// <summary>What it encrypts with; it does not when this is null.</summary>
    public X509Certificate2? Certificate { get; set; }

    /// <summary>Looks at each command before it is carried out, and can answer in its place or fail it.</summary>
    public Func<BsonDocument, Task<BsonDocument?>>? Before { get; set; }

    /// <summary>Looks at each answer before it is sent; false ends the connection in its place.</summary>
    public Func<BsonDocument, BsonDocument, bool>? After { get; set; }

    public int ConnectionsMade { get; private set; }

    /// <summary>Takes connections, on the same port as before.</summary>
    public void Start()
    {
        _running = new CancellationTokenSource();
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Server.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = AcceptAsync(_listener, _running.Token);
    }

    /// <summary>Ends every connection, and takes no more.</summary>
    public void Stop()
    {
        _running.Cancel();
        _listener?.Dispose();
        _listener = null;
        Cut();
        Commands.KillCursors();
    }

    /// <summary>Ends every connection; new ones are taken.</summary>
    public void Cut()
    {
        lock (_gate)
        {
            foreach (ServerConnection connection in _connections)
                connection.Dispose();
            _connections.Clear();
        }
    }

    public ValueTask DisposeAsync()
    {
        Stop();
        Data.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task AcceptAsync(TcpListener listener, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                Socket socket = await listener.AcceptSocketAsync(cancellationToken);
                socket.NoDelay = true;
                ConnectionsMade++;
                _ = ServeAsync(socket, cancellationToken);
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket socket, CancellationToken cancellationToken)
    {
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        ServerConnection? connection = null;
        try
        {
            if (Certificate is not null)
            {
                var tls = new SslStream(stream);
                stream = tls;
                await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = Certificate }, cancellationToken);
            }

            connection = new ServerConnection(this, stream);
            lock (_gate)
                _connections.Add(connection);
            if (!cancellationToken.IsCancellationRequested)
                await connection.RunAsync(cancellationToken);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or OperationCanceledException or MongoDbException or System.Security.Authentication.AuthenticationException)
        {
            // The client has gone, or was sent away.
        }
        finally
        {
            await stream.DisposeAsync();
            lock (_gate)
            {
                if (connection is not null)
                    _connections.Remove(connection);
            }
        }
    }
}
