namespace Larder.Redis.Diagnostics;

/// <summary>Every name under which the client shows itself to whoever collects traces and metrics.</summary>
/// <remarks>
/// Where the OpenTelemetry semantic conventions for database clients and for Redis have a name, it is that. No attribute
/// has unbounded values: never a key, a value or an argument.
/// </remarks>
internal static class TelemetryNames
{
    public const string Meter = "Larder.Redis";
    public const string ActivitySource = "Larder.Redis";

    public static class Instruments
    {
        public const string CommandDuration = "db.client.operation.duration";
        public const string Commands = "larder.redis.commands";
        public const string Traffic = "larder.redis.io";
        public const string Connections = "larder.redis.connections";
        public const string Disconnections = "larder.redis.disconnections";
        public const string Reverifications = "larder.redis.reverifications";
        public const string Redirections = "larder.redis.redirections";
        public const string Pushes = "larder.redis.pushes";
        public const string Leases = "larder.redis.leases";
    }

    public static class Attributes
    {
        public const string System = "db.system.name";
        public const string Operation = "db.operation.name";
        public const string Database = "db.namespace";
        public const string Script = "db.stored_procedure.name";
        public const string Status = "db.response.status_code";
        public const string ServerAddress = "server.address";
        public const string ServerPort = "server.port";
        public const string ErrorType = "error.type";
        public const string Direction = "network.io.direction";
        public const string LeaseOutcome = "larder.lease.outcome";
    }

    public static class Values
    {
        public const string Redis = "redis";
        public const string Transmit = "transmit";
        public const string Receive = "receive";
        public const string Won = "won";
        public const string Waited = "waited";
        public const string Lost = "lost";
    }
}
