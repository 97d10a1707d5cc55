using Larder.Shared;
using Npgsql;

namespace Larder.PostgreSql.Diagnostics;

/// <summary>A span and a duration for each statement that is sent to the server, while somebody listens.</summary>
internal static class StatementTelemetry
{
    private const string AsyncSuffix = "Async";

    /// <summary>A statement is sent.</summary>
    /// <param name="connection">Where to.</param>
    /// <param name="caller">The method that it is for; a statement's text is no attribute.</param>
    /// <param name="time">Measures it.</param>
    /// <returns><see langword="null"/> when nobody listens.</returns>
    public static ClientCall? Start(NpgsqlConnection connection, string caller, TimeProvider time)
    {
        if (!PostgreSqlMeter.Instruments.IsObserved)
            return null;
        string operation = caller.EndsWith(AsyncSuffix, StringComparison.Ordinal) ? caller[..^AsyncSuffix.Length] : caller;
        return PostgreSqlMeter.Instruments.Start((connection.Host ?? "", connection.Port), operation, connection.Database, time);
    }

    /// <summary>It failed.</summary>
    public static void Failed(ClientCall call, Exception error)
    {
        if (error is PostgresException { SqlState: var code })
        {
            call.Answered(code);
            call.Failed(code);
        }
        else
        {
            call.Failed(error.GetType().FullName);
        }
    }
}
