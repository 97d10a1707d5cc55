namespace Larder.Redis.Diagnostics;

/// <summary>The names under which the client shows itself to whoever collects traces and metrics; those of attributes are in <see cref="Shared.ClientAttributes"/>.</summary>
internal static class TelemetryNames
{
    /// <summary>Of the meter and the activity source.</summary>
    public const string ClientName = "Larder.Redis";

    public static class Counters
    {
        public const string Commands = "larder.redis.commands";
        public const string Traffic = "larder.redis.io";
        public const string Connections = "larder.redis.connections";
        public const string Disconnections = "larder.redis.disconnections";
        public const string Reverifications = "larder.redis.reverifications";
        public const string Redirections = "larder.redis.redirections";
        public const string Pushes = "larder.redis.pushes";
        public const string Leases = "larder.redis.leases";
    }

    public static class Values
    {
        public const string Redis = "redis";
        public const string Transmit = "transmit";
        public const string Receive = "receive";
    }
}
