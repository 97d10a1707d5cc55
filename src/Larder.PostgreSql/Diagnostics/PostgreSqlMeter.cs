using Larder.Shared;

namespace Larder.PostgreSql.Diagnostics;

/// <summary>The activity source and the meter of all PostgreSQL stores of the process.</summary>
internal static class PostgreSqlMeter
{
    public static ClientInstruments<PostgreSqlStatistics> Instruments { get; } = new(
        "Larder.PostgreSql",
        "postgresql",
        new("larder.postgresql.statements", "{statement}", "Statements sent.", new ClientSeries<PostgreSqlStatistics>(static store => store.Statements)),
        new("larder.postgresql.failures", "{statement}", "Statements that failed.", new ClientSeries<PostgreSqlStatistics>(static store => store.Failures)),
        new("larder.postgresql.listeners", "{connection}", "Connections made to hear of changes.", new ClientSeries<PostgreSqlStatistics>(static store => store.Listeners)),
        new("larder.postgresql.losses", "{connection}", "Connections for changes that were lost, and attempts that failed.", new ClientSeries<PostgreSqlStatistics>(static store => store.Losses)),
        new("larder.postgresql.reverifications", "{reverification}", "Times that everything had to be read again.", new ClientSeries<PostgreSqlStatistics>(static store => store.Reverifications)),
        new("larder.postgresql.notifications", "{notification}", "Notifications of changes.", new ClientSeries<PostgreSqlStatistics>(static store => store.Notifications)),
        new("larder.postgresql.swept", "{row}", "Rows deleted because they had ended.", new ClientSeries<PostgreSqlStatistics>(static store => store.Swept)),
        ClientCounter<PostgreSqlStatistics>.OfLeases("larder.postgresql.leases", static store => store.LeasesWon, static store => store.LeasesWaited, static store => store.LeasesLost));
}
