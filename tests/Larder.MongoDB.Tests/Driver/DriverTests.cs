using Larder.MongoDB.Bson;
using Larder.MongoDB.Tests.Servers;

namespace Larder.MongoDB.Tests.Driver;

/// <summary>
/// The server in this process does what a client expects that knows nothing of it. Against a real server, the same script
/// shows that it expects no more than a real server does.
/// </summary>
public sealed class DriverTests(SharedMongo mongo)
{
    [Theory]
    [InlineData("documents")]
    [InlineData("expressions")]
    [InlineData("types")]
    [InlineData("indexes")]
    public Task A_real_client_gets_what_it_expects(string test) => PythonDriver.RunAsync(test, mongo.Address, mongo.NewDatabase());

    [Theory]
    [InlineData("watch")]
    [InlineData("retries")]
    public async Task A_real_client_gets_what_it_expects_of_a_replica_set(string test)
    {
        await using var servers = new Store.CoherentServers(mongo);

        await PythonDriver.RunAsync(test, servers.Address, mongo.NewDatabase());
    }

    [Fact]
    public async Task A_real_client_proves_its_password()
    {
        await using var server = new MongoServer { User = ("us,er", "pass word=\u00FC", ["SCRAM-SHA-1", "SCRAM-SHA-256"]) };

        await PythonDriver.RunAsync("authentication", $"mongodb://us%2Cer:pass%20word%3D%C3%BC@{server.Address}/?authSource=admin", "drive");
    }

    [Fact]
    public async Task A_real_client_follows_an_election_and_no_write_happens_twice()
    {
        await using var set = new TestReplicaSet();
        await using var driver = new PythonDriver("election", set.Address, "drive");
        Assert.Equal("ready", await driver.ReadLineAsync());
        await driver.WriteLineAsync("6");
        for (int i = 0; i < 6; i++)
        {
            Assert.Equal($"{i}", await driver.ReadLineAsync());
            if (i % 2 == 0)
                set.Primary.After = LoseOneAnswer();
            else
                set.StepDown();
            await driver.WriteLineAsync("");
        }

        Assert.Equal("6", await driver.ReadLineAsync());
        await driver.EndAsync();

        // The write is carried out, and its connection ends before the answer.
        static Func<BsonDocument, BsonDocument, bool> LoseOneAnswer()
        {
            int lost = 0;
            return (command, _) => !command.Contains("update") || Interlocked.Exchange(ref lost, 1) != 0;
        }
    }
}
