using System.Collections.Concurrent;
using Larder.Stores;

namespace Larder.Benchmarks.Stores;

/// <summary>The in-memory store: what the port itself costs.</summary>
internal sealed class InMemorySubject : StoreSubject
{
    private readonly InMemoryStore _data = new();

    public override string Name => "in memory";

    public override string About => "a ConcurrentDictionary";

    public override Task StartAsync() => Task.CompletedTask;

    public override ICacheStore Connect() => _data.Connect();

    public override Task<IRawClient> ConnectRawAsync() => Task.FromResult<IRawClient>(new Client());

    public override ValueTask DisposeAsync() => _data.DisposeAsync();

    private sealed class Client : IRawClient
    {
        private static readonly ConcurrentDictionary<string, byte[]> Entries = new();

        public ValueTask<byte[]?> GetAsync(string key) => new(Entries.GetValueOrDefault(key));

        public ValueTask SetAsync(string key, byte[] value)
        {
            Entries[key] = value;
            return ValueTask.CompletedTask;
        }

        public ValueTask<int> GetManyAsync(string[] keys) => new(keys.Count(Entries.ContainsKey));

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
