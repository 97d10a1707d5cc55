namespace Larder.Shared;

/// <summary>The attributes under which a store's own client tells of its commands.</summary>
/// <remarks>
/// Where the OpenTelemetry semantic conventions for database clients have a name, it is that. No attribute has unbounded
/// values: never a key, a value or an argument.
/// </remarks>
internal static class ClientAttributes
{
    public const string System = "db.system.name";
    public const string Operation = "db.operation.name";
    public const string Database = "db.namespace";
    public const string Procedure = "db.stored_procedure.name";
    public const string Status = "db.response.status_code";
    public const string ServerAddress = "server.address";
    public const string ServerPort = "server.port";
    public const string ErrorType = "error.type";
    public const string Direction = "network.io.direction";
    public const string LeaseOutcome = "larder.lease.outcome";

    public const string Won = "won";
    public const string Waited = "waited";
    public const string Lost = "lost";
}
