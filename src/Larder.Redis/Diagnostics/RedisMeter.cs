using Larder.Shared;
using static Larder.Redis.Diagnostics.TelemetryNames;

namespace Larder.Redis.Diagnostics;

/// <summary>The activity source and the meter of all Redis stores of the process.</summary>
internal static class RedisMeter
{
    public static ClientInstruments<RedisStatistics> Instruments { get; } = new(
        ClientName,
        Values.Redis,
        new(Counters.Commands, "{command}", "Commands sent, those of the client itself included.", new ClientSeries<RedisStatistics>(static store => store.Commands)),
        new(
            Counters.Traffic,
            "By",
            "Bytes sent and received.",
            new(static store => store.BytesSent, new KeyValuePair<string, object?>(ClientAttributes.Direction, Values.Transmit)),
            new(static store => store.BytesReceived, new KeyValuePair<string, object?>(ClientAttributes.Direction, Values.Receive))),
        new(Counters.Connections, "{connection}", "Connections made.", new ClientSeries<RedisStatistics>(static store => store.Connections)),
        new(Counters.Disconnections, "{connection}", "Connections lost, and attempts that failed.", new ClientSeries<RedisStatistics>(static store => store.Disconnections)),
        new(Counters.Reverifications, "{reverification}", "Times that everything had to be read again.", new ClientSeries<RedisStatistics>(static store => store.Reverifications)),
        new(Counters.Redirections, "{command}", "Commands that a cluster sent elsewhere.", new ClientSeries<RedisStatistics>(static store => store.Redirections)),
        new(Counters.Pushes, "{push}", "Changes told by the server or by other processes.", new ClientSeries<RedisStatistics>(static store => store.Pushes)),
        ClientCounter<RedisStatistics>.OfLeases(Counters.Leases, static store => store.LeasesWon, static store => store.LeasesWaited, static store => store.LeasesLost));
}
