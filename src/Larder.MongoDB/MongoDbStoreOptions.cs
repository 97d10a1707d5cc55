using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Larder.MongoDB;
using Microsoft.Extensions.Logging;

namespace Larder;

/// <summary>How a <see cref="MongoDbStore"/> reaches its servers. Read once, when the store is made.</summary>
public sealed record MongoDbStoreOptions
{
    /// <summary>The servers, each as <c>host:port</c>: one MongoDB, some members of a replica set, or routers of a cluster. What they are is found out. Default: <c>localhost:27017</c>.</summary>
    public IList<string> Servers { get; set; } = ["localhost:27017"];

    /// <summary>The database that holds everything of Larder's, and nothing else. 1 to 63 bytes, without <c>/\. "$*&lt;&gt;:|?</c> and NUL. Default <c>larder</c>.</summary>
    public string Database { get; set; } = "larder";

    /// <summary>The name of the replica set; a server that is not of it is left alone. Default <see langword="null"/>: whatever the servers are.</summary>
    public string? ReplicaSet { get; set; }

    /// <summary>
    /// Whether the servers tell of changes, by a change stream: they are a replica set or a cluster. Without, other processes
    /// keep what they have in memory until its TTL ends. Default <see langword="null"/>: when <see cref="ReplicaSet"/> is named.
    /// </summary>
    public bool? ChangeStreams { get; set; }

    /// <summary>Whether the one server named is used as it is, without looking for the others of its replica set. Default <see langword="false"/>.</summary>
    public bool DirectConnection { get; set; }

    /// <summary>The user. Default <see langword="null"/>: the server wants none.</summary>
    public string? User { get; set; }

    /// <summary>The user's password. Default <see langword="null"/>.</summary>
    public string? Password { get; set; }

    /// <summary>The database that knows the user. Default <c>admin</c>.</summary>
    public string AuthenticationDatabase { get; set; } = "admin";

    /// <summary><c>SCRAM-SHA-256</c> or <c>SCRAM-SHA-1</c>. Default <see langword="null"/>: the stronger of those that the server has for the user.</summary>
    public string? AuthenticationMechanism { get; set; }

    /// <summary>Whether connections are encrypted. Default <see langword="false"/>.</summary>
    public bool UseTls { get; set; }

    /// <summary>The name that the server's certificate must carry. Default <see langword="null"/>: the host's name.</summary>
    public string? TlsHost { get; set; }

    /// <summary>Judges the server's certificate in place of the system's rules. Default <see langword="null"/>: the system's rules.</summary>
    public RemoteCertificateValidationCallback? CertificateValidation { get; set; }

    /// <summary>What this process shows to a server that asks for a certificate. Default <see langword="null"/>: nothing.</summary>
    public X509CertificateCollection? ClientCertificates { get; set; }

    /// <summary>What the connections are called in the server's logs; at most 128 bytes. Default <c>larder</c>.</summary>
    public string ApplicationName { get; set; } = "larder";

    /// <summary>The most connections to a server; one of them hears of changes, where the servers tell of them. 1 or more, with change streams 2. Default 100.</summary>
    public int MaxPoolSize { get; set; } = 100;

    /// <summary>How long a connection may lie unused before it is closed. Positive, or <see cref="Timeout.InfiniteTimeSpan"/>. Default infinite.</summary>
    public TimeSpan MaxIdleTime { get; set; } = Timeout.InfiniteTimeSpan;

    /// <summary>How long a call waits for a connection to be free. Positive. Default 5 seconds.</summary>
    public TimeSpan WaitQueueTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a connection may take to be made, greeting and password included. Positive. Default 5 seconds.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the server may work on a command, and how much longer its answer may take. Positive. Default 3 seconds.</summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long to look for a primary before a call fails. Positive. Default 3 seconds.</summary>
    public TimeSpan ServerSelectionTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>After how much silence the server gives a sign of life where changes are heard of. Positive. Default 1 second.</summary>
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long to wait before a second attempt to reach the servers; it doubles with each, at random between half and all of it. Positive. Default 50 milliseconds.</summary>
    public TimeSpan ReconnectDelay { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest wait between such attempts. At least <see cref="ReconnectDelay"/>. Default 5 seconds.</summary>
    public TimeSpan MaxReconnectDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether a write whose connection or primary was lost is sent once more, in such a way that the server carries it out once only. Default <see langword="true"/>.</summary>
    public bool RetryWrites { get; set; } = true;

    /// <summary>Whether a read whose connection or primary was lost is sent once more. Default <see langword="true"/>.</summary>
    public bool RetryReads { get; set; } = true;

    /// <summary>How many servers have to have a write before it is acknowledged: a number of 1 or more, <c>majority</c>, or a name that the servers know. Default <see langword="null"/>: what the servers are set to.</summary>
    public string? WriteConcern { get; set; }

    /// <summary>Whether messages carry a CRC-32C, which the server then gives back as well. Default <see langword="false"/>.</summary>
    public bool UseChecksums { get; set; }

    /// <summary>Another client in place of Larder's own; then everything here about servers, connections and passwords is the client's. Default <see langword="null"/>.</summary>
    public IMongoDbClient? Client { get; set; }

    /// <summary>Where the time of waits comes from; a TTL runs by the server's clock. Default: the system.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Where logs go. Default: nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>Where the randomness of delays comes from. Default <see cref="Random.Shared"/>.</summary>
    public Random? Random { get; set; }

    /// <summary>What the address said that has no effect here; logged once.</summary>
    internal IReadOnlyList<string> Warnings { get; set; } = [];

    /// <summary>Whether the servers are asked to tell of changes.</summary>
    internal bool TellsOfChanges => ChangeStreams ?? ReplicaSet is not null;

    /// <summary>Where they lead to. Never the password: options find their way into logs.</summary>
    public override string ToString() => $"{nameof(MongoDbStoreOptions)} {{ Servers = {string.Join(',', Servers ?? [])}, Database = {Database} }}";

    /// <summary>Reads options from a connection string.</summary>
    /// <param name="text">
    /// <c>mongodb://[user:password@]host[:port][,host[:port]…][/[database][?option=value&amp;…]]</c>; user, password, database and
    /// values are percent-encoded. docs/mongodb.md lists the options; those that other drivers know and that mean nothing here are
    /// accepted and logged.
    /// </param>
    /// <exception cref="FormatException">The text is none; the message never repeats a password.</exception>
    public static MongoDbStoreOptions Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return MongoUri.Parse(text);
    }
}
