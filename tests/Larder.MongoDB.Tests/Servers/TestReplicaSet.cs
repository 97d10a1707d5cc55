namespace Larder.MongoDB.Tests.Servers;

/// <summary>A replica set in this process: servers that share their documents, of which one takes writes.</summary>
internal sealed class TestReplicaSet : IAsyncDisposable
{
    private readonly MongoData _data = new();
    private int _election = 1;

    public TestReplicaSet(int members = 3)
    {
        Members = [.. Enumerable.Range(0, members).Select(_ => new MongoServer(_data, "larder"))];
        foreach (MongoServer member in Members)
        {
            member.Role.Hosts = () => [.. Members.Select(one => one.Address)];
            member.Role.IsWritable = false;
        }

        Members[0].Role.IsWritable = true;
    }

    public IReadOnlyList<MongoServer> Members { get; }

    public MongoData Data => _data;

    public MongoServer Primary => Members.Single(member => member.Role.IsWritable);

    /// <summary>Where all are, so that one may be gone at first.</summary>
    public string FullAddress => $"mongodb://{string.Join(',', Members.Select(member => member.Address))}/?replicaSet=larder";

    /// <summary>Where one member is; the client finds the others.</summary>
    public string Address => $"mongodb://{Members[0].Address}/?replicaSet=larder";

    /// <summary>The primary becomes a secondary; connections stay. Another is elected.</summary>
    public void StepDown() => Elect(StandDown());

    /// <summary>The primary becomes a secondary, and there is none for the time being.</summary>
    /// <returns>Who was it.</returns>
    public MongoServer StandDown()
    {
        MongoServer old = Primary;
        old.Role.IsWritable = false;
        return old;
    }

    /// <summary>Makes the member after another primary.</summary>
    public void Elect(MongoServer after)
    {
        MongoServer next = Members[(Members.ToList().IndexOf(after) + 1) % Members.Count];
        next.Role.Election = ++_election;
        next.Role.IsWritable = true;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (MongoServer member in Members)
            await member.DisposeAsync();
    }
}
