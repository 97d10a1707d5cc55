using Larder.MongoDB.Bson;
using Larder.MongoDB.Documents;
using Larder.MongoDB.Tests.Servers;
using Larder.MongoDB.Tests.Store;

[assembly: AssemblyFixture(typeof(SharedMongo))]

namespace Larder.MongoDB.Tests.Servers;

/// <summary>
/// The servers of all tests that leave them as they are: those named in <c>LARDER_TEST_MONGODB</c>, or one in this process that
/// is a replica set of its own. Each test has a database of its own.
/// </summary>
public sealed class SharedMongo : IAsyncLifetime
{
    private const string Variable = "LARDER_TEST_MONGODB";

    private readonly string? _real = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } address ? address : null;
    private readonly string _run = Convert.ToHexStringLower(Guid.NewGuid().ToByteArray().AsSpan(0, 4));
    private readonly List<string> _databases = [];
    private readonly Dictionary<string, Task<bool>> _taken = [];
    private readonly Lazy<string> _probes;
    private MongoServer? _server;
    private int _last;

    public SharedMongo() => _probes = new Lazy<string>(NewDatabase);

    /// <summary>Whether the servers are real ones.</summary>
    public bool IsReal => _real is not null;

    /// <summary>Whether they tell of changes.</summary>
    public bool TellsOfChanges { get; private set; } = true;

    /// <summary>Where they are.</summary>
    public string Address => _real ?? $"mongodb://{_server!.Address}/?replicaSet=larder";

    public async ValueTask InitializeAsync()
    {
        if (_real is null)
            _server = new MongoServer(setName: "larder");
        else
            TellsOfChanges = MongoDbStoreOptions.Parse(_real).TellsOfChanges;
        await Task.CompletedTask;
    }

    /// <summary>A database that no other test has.</summary>
    public string NewDatabase()
    {
        lock (_databases)
        {
            string name = $"larder_test_{_run}_{++_last}";
            _databases.Add(name);
            return name;
        }
    }

    /// <summary>Whether the servers take the key as an id. MongoDB takes every one; others that speak its protocol have limits.</summary>
    public async ValueTask<bool> TakesAsync(string key)
    {
        if (!IsReal)
            return true;
        string id = KeyText.Escape(key);
        Task<bool> asked;
        lock (_taken)
        {
            if (!_taken.TryGetValue(id, out asked!))
                _taken.Add(id, asked = AskAsync());
        }

        return await asked;

        async Task<bool> AskAsync()
        {
            try
            {
                await TestStores.RunAsync(Address, _probes.Value, new BsonDocument { { "insert", "ids" }, { "documents", new BsonArray { new BsonDocument { { "_id", id } } } } });
                return true;
            }
            catch (MongoDbServerException)
            {
                return false;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
            return;
        }

        foreach (string database in _databases)
            await TestStores.RunAsync(Address, database, new BsonDocument { { "dropDatabase", 1 } });
    }
}
