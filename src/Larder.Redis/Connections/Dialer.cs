using System.Net.Security;
using System.Net.Sockets;
using Larder.Redis.Keys;
using Larder.Redis.Resp;

namespace Larder.Redis.Connections;

/// <summary>Makes connections: TCP, TLS, greeting.</summary>
internal sealed class Dialer(RedisStoreOptions options, ServerKeys keys, Traffic traffic)
{
    private readonly RespLimits _limits = new() { MaxReplyBytes = options.MaxReplyBytes };
    private readonly HeartbeatTimes _heartbeat = new(options.HeartbeatInterval, options.CommandTimeout, options.TimeProvider);

    /// <exception cref="RedisException">The connection could not be made.</exception>
    public async Task<(RedisConnection Connection, Greeting Greeting)> ConnectAsync(ServerAddress server, IConnectionObserver observer, ServerClient? predecessor, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.ConnectTimeout, options.TimeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            Stream stream = await OpenAsync(server, linked.Token).ConfigureAwait(false);
            var connection = new RedisConnection(stream, server.ToString(), _limits, observer, traffic, _heartbeat);
            try
            {
                return (connection, await Handshake.GreetAsync(connection, options, keys, predecessor, linked.Token).ConfigureAwait(false));
            }
            catch (Exception error)
            {
                connection.Close(error);
                throw;
            }
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RedisConnectionException($"{server} did not take the connection within {options.ConnectTimeout.TotalMilliseconds:0} ms.", late);
        }
        catch (Exception error) when (error is not (RedisException or OperationCanceledException))
        {
            throw new RedisConnectionException($"There is no connection to {server}: {error.Message}", error);
        }
    }

    private async Task<Stream> OpenAsync(ServerAddress server, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        try
        {
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
}
