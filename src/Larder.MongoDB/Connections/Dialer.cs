using System.Net.Security;
using System.Net.Sockets;
using System.Reflection;
using Larder.MongoDB.Authentication;
using Larder.MongoDB.Bson;
using Larder.MongoDB.Commands;
using Larder.MongoDB.Wire;

namespace Larder.MongoDB.Connections;

/// <summary>Makes connections: TCP, TLS, greeting, password.</summary>
internal sealed class Dialer(MongoDbStoreOptions options)
{
    private const string AdminDatabase = "admin";

    private static readonly string Version = typeof(Dialer).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    private readonly SaltedPasswords? _passwords = options.User is null ? null : new SaltedPasswords(options.User, options.Password!);

    /// <summary>Makes a connection that has been greeted.</summary>
    /// <exception cref="MongoDbException">The connection could not be made.</exception>
    public Task<MongoConnection> GreetAsync(ServerAddress server, int generation, CancellationToken cancellationToken) =>
        WithinTimeAsync(server, token => OpenAndGreetAsync(server, generation, token), cancellationToken);

    /// <summary>Proves the password on it.</summary>
    /// <exception cref="MongoDbException">The server does not believe it.</exception>
    public Task<MongoConnection> AuthenticateAsync(MongoConnection connection, CancellationToken cancellationToken) =>
        WithinTimeAsync(
            connection.Server,
            async _ =>
            {
                await ProveAsync(connection).ConfigureAwait(false);
                return connection;
            },
            cancellationToken);

    private async Task<MongoConnection> WithinTimeAsync(ServerAddress server, Func<CancellationToken, Task<MongoConnection>> connectAsync, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.ConnectTimeout, options.TimeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return await connectAsync(linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new MongoDbConnectionException($"{server} did not take the connection within {options.ConnectTimeout.TotalMilliseconds:0} ms.", late);
        }
        catch (Exception error) when (error is not (MongoDbException or OperationCanceledException))
        {
            throw new MongoDbConnectionException($"There is no connection to {server}: {error.Message}", error);
        }
    }

    private async Task<MongoConnection> OpenAndGreetAsync(ServerAddress server, int generation, CancellationToken cancellationToken)
    {
        Stream stream = await OpenAsync(server, cancellationToken).ConfigureAwait(false);
        var connection = new MongoConnection(stream, server, generation, options.UseChecksums, options.TimeProvider);
        try
        {
            connection.Hello = new HelloReply(await SayHelloAsync(connection).ConfigureAwait(false));
            if (connection.Hello.MaxWireVersion < HelloReply.OldestWireVersion)
                throw new MongoDbProtocolException($"{server} speaks version {connection.Hello.MaxWireVersion} of the protocol; {HelloReply.OldestWireVersion} or later is needed (MongoDB 4.4).");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    // The first releases of MongoDB 4.4 know the greeting by its old name only.
    private async Task<BsonDocument> SayHelloAsync(MongoConnection connection)
    {
        try
        {
            return await AskAsync(connection, AdminDatabase, Greeting("hello")).ConfigureAwait(false);
        }
        catch (MongoDbServerException refusal) when (refusal.Code == ServerError.CommandNotFound)
        {
            return await AskAsync(connection, AdminDatabase, Greeting("isMaster")).ConfigureAwait(false);
        }
    }

    private async Task<Stream> OpenAsync(ServerAddress server, CancellationToken cancellationToken)
    {
        Socket socket = server.IsSocketFile
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        try
        {
            if (server.IsSocketFile)
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(server.Host), cancellationToken).ConfigureAwait(false);
            else
                await socket.ConnectAsync(server.Host, server.Port, cancellationToken).ConfigureAwait(false);
            stream = new NetworkStream(socket, ownsSocket: true);
            return options.UseTls ? await EncryptAsync(stream, server, cancellationToken).ConfigureAwait(false) : stream;
        }
        catch
        {
            socket.Dispose();
            if (stream is not null)
                await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<Stream> EncryptAsync(Stream plain, ServerAddress server, CancellationToken cancellationToken)
    {
        var tls = new SslStream(plain, leaveInnerStreamOpen: false, options.CertificateValidation);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = options.TlsHost ?? server.Host, ClientCertificates = options.ClientCertificates }, cancellationToken).ConfigureAwait(false);
        return tls;
    }

    private BsonDocument Greeting(string name) => new()
    {
        { name, 1 },
        { "helloOk", true },
        {
            "client", new BsonDocument
            {
                { "application", new BsonDocument { { "name", options.ApplicationName } } },
                { "driver", new BsonDocument { { "name", "Larder" }, { "version", Version } } },
                { "os", new BsonDocument { { "type", OperatingSystem.IsLinux() ? "Linux" : OperatingSystem.IsWindows() ? "Windows" : OperatingSystem.IsMacOS() ? "Darwin" : "unknown" } } },
                { "platform", $".NET {Environment.Version}" },
            }
        },
        { "saslSupportedMechs", options.User is null || options.AuthenticationMechanism is not null ? default : (BsonValue)$"{options.AuthenticationDatabase}.{options.User}" },
    };

    private async Task ProveAsync(MongoConnection connection)
    {
        if (_passwords is null)
            return;
        ScramMechanism mechanism = options.AuthenticationMechanism is { } name ? ScramMechanism.Named(name)!
            : connection.Hello!.Mechanisms.Contains(ScramMechanism.Sha256.Name) ? ScramMechanism.Sha256
            : ScramMechanism.Sha1;
        var conversation = new ScramConversation(mechanism, options.User!, (salt, iterations) => _passwords.Get(mechanism, salt, iterations), ScramConversation.NewNonce());
        BsonDocument reply = await SayAsync(new BsonDocument
        {
            { "saslStart", 1 },
            { "mechanism", mechanism.Name },
            { "payload", Payload(conversation.First()) },
            { "options", new BsonDocument { { "skipEmptyExchange", true } } },
        }).ConfigureAwait(false);
        reply = await SayAsync(Continue(reply, conversation.Final(Text(reply)))).ConfigureAwait(false);
        conversation.Verify(Text(reply));
        // A server that does not know how to leave it out wants an empty message at the end.
        if (!reply["done"].AsBoolean)
            reply = await SayAsync(Continue(reply, "")).ConfigureAwait(false);
        if (!reply["done"].AsBoolean)
            throw new MongoDbProtocolException("The server does not follow SCRAM: it does not come to an end.");

        async Task<BsonDocument> SayAsync(BsonDocument command)
        {
            try
            {
                return await AskAsync(connection, options.AuthenticationDatabase, command).ConfigureAwait(false);
            }
            catch (MongoDbException)
            {
                connection.Dispose();
                throw;
            }
        }
    }

    private static BsonDocument Continue(BsonDocument reply, string message) => new()
    {
        { "saslContinue", 1 },
        { "conversationId", reply["conversationId"] },
        { "payload", Payload(message) },
    };

    private static BsonBinary Payload(string message) => new(System.Text.Encoding.UTF8.GetBytes(message));

    private static string Text(BsonDocument reply) => reply["payload"].AsBinary is { } payload ? System.Text.Encoding.UTF8.GetString(payload.Bytes.Span) : "";

    private async Task<BsonDocument> AskAsync(MongoConnection connection, string database, BsonDocument command)
    {
        command.Add("$db", database);
        ReadOnlyMemory<byte> body = await connection.ExchangeAsync(new OpMsg(OpMsgFlags.None, BsonWriter.ToArray(command), []), options.ConnectTimeout).ConfigureAwait(false);
        return Replies.Checked(BsonReader.Read(body));
    }
}
