namespace Larder.MongoDB.Tests.Servers;

/// <summary>What a server is at the moment.</summary>
internal sealed class MongoServerRole
{
    private volatile bool _isWritable = true;

    /// <summary>The replica set that it is a member of; null when it stands alone.</summary>
    public string? SetName { get; init; }

    public bool IsWritable
    {
        get => _isWritable;
        set => _isWritable = value;
    }

    public Func<IReadOnlyList<string>> Hosts { get; set; } = () => [];

    /// <summary>The number of the election that has made it primary.</summary>
    public int Election { get; set; } = 1;

    /// <summary>Whether it knows the greeting by its new name; the first releases of MongoDB 4.4 do not.</summary>
    public bool KnowsHello { get; set; } = true;

    public int MaxWireVersion { get; set; } = 17;
}
