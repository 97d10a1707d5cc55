using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Larder.Redis;
using Microsoft.Extensions.Logging;

namespace Larder;

/// <summary>How a <see cref="RedisStore"/> reaches its servers. Read once, when the store is made.</summary>
public sealed record RedisStoreOptions
{
    /// <summary>
    /// The servers, each as <c>host:port</c>: one Redis, a primary and its replicas, or some nodes of a cluster. What they are
    /// is found out. Default: <c>localhost:6379</c>.
    /// </summary>
    public IList<string> Servers { get; set; } = ["localhost:6379"];

    /// <summary>The user of the server's access list. Default <see langword="null"/>: the default user.</summary>
    public string? User { get; set; }

    /// <summary>The user's password. Default <see langword="null"/>: the server wants none.</summary>
    public string? Password { get; set; }

    /// <summary>The database number; a cluster has only 0. Zero or more. Default 0.</summary>
    public int Database { get; set; }

    /// <summary>What the connections are called in the server's <c>CLIENT LIST</c>; no blanks. Default <c>larder</c>.</summary>
    public string ClientName { get; set; } = "larder";

    /// <summary>What every key on the server begins with, in front of the caches' own prefixes. Default: nothing.</summary>
    public string Namespace { get; set; } = "";

    /// <summary>How the server is asked to tell of changes. Default <see cref="RedisTracking.Keys"/>.</summary>
    public RedisTracking Tracking { get; set; } = RedisTracking.Keys;

    /// <summary>
    /// How many connections there are to each server; each carries a part of the keys. 1 to 64. Default 1, which is enough
    /// unless single values are so large that they hold up the others behind them.
    /// </summary>
    public int ConnectionsPerServer { get; set; } = 1;

    /// <summary>Whether connections are encrypted. Default <see langword="false"/>.</summary>
    public bool UseTls { get; set; }

    /// <summary>The name that the server's certificate must carry. Default <see langword="null"/>: the host's name.</summary>
    public string? TlsHost { get; set; }

    /// <summary>Judges the server's certificate in place of the system's rules. Default <see langword="null"/>: the system's rules.</summary>
    public RemoteCertificateValidationCallback? CertificateValidation { get; set; }

    /// <summary>What this process shows to a server that asks for a certificate. Default <see langword="null"/>: nothing.</summary>
    public X509CertificateCollection? ClientCertificates { get; set; }

    /// <summary>How long a connection may take to be made, greeting included. Positive. Default 5 seconds.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long an answer may be due without a byte coming, before the connection is given up. Positive. Default 3 seconds.</summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>After how much silence the server is asked for a sign of life. Positive. Default 1 second.</summary>
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long to wait before the second attempt to connect again (the first is made at once); it doubles with each, at random between half and all of it. Positive. Default 50 milliseconds.</summary>
    public TimeSpan ReconnectDelay { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest wait between attempts to connect. At least <see cref="ReconnectDelay"/>. Default 5 seconds.</summary>
    public TimeSpan MaxReconnectDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The most bytes that one answer of the server may hold; more ends the connection. Positive. Default 512 MiB.</summary>
    public int MaxReplyBytes { get; set; } = 512 * 1024 * 1024;

    /// <summary>Where the time comes from. Default: the system.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Where logs go. Default: nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>Where the randomness of delays comes from. Default <see cref="Random.Shared"/>.</summary>
    public Random? Random { get; set; }

    /// <summary>Where they lead to. Never the password: options find their way into logs.</summary>
    public override string ToString() => $"{nameof(RedisStoreOptions)} {{ Servers = {string.Join(',', Servers ?? [])}, Database = {Database} }}";

    /// <summary>Reads options from a text.</summary>
    /// <param name="text">
    /// <c>redis://[[user]:password@]host[:port][,host[:port]…][/database][?option=value&amp;…]</c>, <c>rediss://…</c> for TLS, or just
    /// the hosts. User, password and values are percent-encoded. The options are <c>namespace</c>, <c>tracking</c>,
    /// <c>clientName</c>, <c>tlsHost</c>, <c>connectionsPerServer</c>, and <c>connectTimeout</c>, <c>commandTimeout</c>, <c>heartbeatInterval</c> in milliseconds.
    /// </param>
    /// <exception cref="FormatException">The text is none of these; the message never repeats a password.</exception>
    public static RedisStoreOptions Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return RedisUri.Parse(text);
    }
}
