using Larder.Shared;

namespace Larder.MongoDB.Diagnostics;

/// <summary>The activity source and the meter of all MongoDB stores of the process.</summary>
internal static class MongoMeter
{
    public static ClientInstruments<MongoDbStatistics> Instruments { get; } = new(
        "Larder.MongoDB",
        "mongodb",
        new("larder.mongodb.commands", "{command}", "Commands sent by the store's own client.", new ClientSeries<MongoDbStatistics>(static store => store.Commands)),
        new("larder.mongodb.retries", "{command}", "Commands sent once more, because the server was lost under them.", new ClientSeries<MongoDbStatistics>(static store => store.Retries)),
        new("larder.mongodb.selections", "{selection}", "Times that a server that takes writes was found.", new ClientSeries<MongoDbStatistics>(static store => store.Selections)),
        new("larder.mongodb.losses", "{loss}", "Times that it was lost.", new ClientSeries<MongoDbStatistics>(static store => store.Losses)),
        new("larder.mongodb.changes", "{change}", "Changes told by change streams.", new ClientSeries<MongoDbStatistics>(static store => store.Changes)),
        new("larder.mongodb.stream_losses", "{loss}", "Times that the change stream was lost, and nothing in memory was fresh.", new ClientSeries<MongoDbStatistics>(static store => store.StreamLosses)),
        ClientCounter<MongoDbStatistics>.OfLeases("larder.mongodb.leases", static store => store.LeasesWon, static store => store.LeasesWaited, static store => store.LeasesLost));
}
