using Microsoft.Extensions.Logging;
using Npgsql;

namespace Larder;

/// <summary>How a <see cref="PostgreSqlStore"/> reaches its server, and where in it the entries are. Read once, when the store is made.</summary>
public sealed record PostgreSqlStoreOptions
{
    /// <summary>
    /// The server, as Npgsql takes it: <c>Host=db;Database=app;Username=app;Password=secret</c>. The store makes a pool of its
    /// own from it. Either this or <see cref="DataSource"/>. Default <see langword="null"/>.
    /// </summary>
    public string? ConnectionString { get; set; }

    /// <summary>
    /// Connections of the application's own, which the store borrows and does not dispose; two or more at a time, one of them
    /// for good. Set <c>Max Auto Prepare</c> there, and <c>Enlist=false</c> if there are ambient transactions. Either this or
    /// <see cref="ConnectionString"/>. Default <see langword="null"/>.
    /// </summary>
    public NpgsqlDataSource? DataSource { get; set; }

    /// <summary>The schema. Letters, digits and underscores, not first a digit; together with <see cref="Table"/> up to 48 characters. Default <c>larder</c>.</summary>
    public string Schema { get; set; } = "larder";

    /// <summary>The table of the entries; what else belongs to it begins with its name. Likewise. Default <c>cache</c>.</summary>
    public string Table { get; set; } = "cache";

    /// <summary>
    /// Whether the entries' table is made unlogged: writes are several times faster, because they do not wait for a disk; the
    /// entries are gone after a crash of the server (not after a clean stop), and are not on its replicas. Only looked at when the
    /// table is made. Default <see langword="false"/>.
    /// </summary>
    public bool Unlogged { get; set; }

    /// <summary>Whether the store makes its tables, and brings them up to date, when it is first used. If not, <see cref="PostgreSqlSchema.Script"/> is for whoever does. Default <see langword="true"/>.</summary>
    public bool CreateSchema { get; set; } = true;

    /// <summary>How long a connection may take to be made. 1 second to 1,024 seconds; parts of a second count as one. Default 5 seconds.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long an answer may take before the call is given up. 1 second to a day; parts of a second count as one. Default 5 seconds.</summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>After how much silence the connection that hears of changes is tried. Positive. Default 1 second.</summary>
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long to wait before the second attempt to hear of changes again (the first is made at once); it doubles with each, at random between half and all of it. Positive. Default 50 milliseconds.</summary>
    public TimeSpan ReconnectDelay { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest wait between attempts. At least <see cref="ReconnectDelay"/>. Default 5 seconds.</summary>
    public TimeSpan MaxReconnectDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often expired entries are deleted. Every process does it, and they do not get into each other's way. Positive; <see cref="Timeout.InfiniteTimeSpan"/> for never, where something else does it. Default 5 seconds.</summary>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How many expired entries are deleted by one statement. 1 to 100,000. Default 500.</summary>
    public int SweepBatch { get; set; } = 500;

    /// <summary>Where the time of waits comes from; that of entries is the server's. Default: the system.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Where logs go, Npgsql's among them. Default: nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>Where the randomness of delays comes from. Default <see cref="Random.Shared"/>.</summary>
    public Random? Random { get; set; }

    /// <summary>Which table they lead to. Never the connection string, which may hold a password: options find their way into logs.</summary>
    public override string ToString() => $"{nameof(PostgreSqlStoreOptions)} {{ Schema = {Schema}, Table = {Table} }}";
}
