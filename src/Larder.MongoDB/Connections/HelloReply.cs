using Larder.MongoDB.Bson;

namespace Larder.MongoDB.Connections;

/// <summary>What a server says of itself in answer to <c>hello</c>.</summary>
internal sealed class HelloReply(BsonDocument reply)
{
    /// <summary>MongoDB 4.4: the oldest whose commands can do what the store asks for.</summary>
    public const int OldestWireVersion = 9;

    /// <summary>Writes are taken here: a primary, a server that stands alone, or a router.</summary>
    public bool IsWritable { get; } = reply["isWritablePrimary"].AsBoolean || reply["ismaster"].AsBoolean;

    public bool IsRouter { get; } = reply["msg"].AsString == "isdbgrid";

    public string? SetName { get; } = reply["setName"].AsString;

    public bool IsSecondary { get; } = reply["secondary"].AsBoolean;

    public int MaxWireVersion { get; } = (int)reply["maxWireVersion"].AsInt64;

    /// <summary>Whether the server can tell a write that is sent again from a new one.</summary>
    public bool CanRetryWrites { get; } = !reply["logicalSessionTimeoutMinutes"].IsNothing && (reply["setName"].AsString is not null || reply["msg"].AsString == "isdbgrid");

    public int SessionMinutes { get; } = (int)reply["logicalSessionTimeoutMinutes"].AsInt64;

    /// <summary>The members of the replica set, as they call each other.</summary>
    public IReadOnlyList<string> Hosts { get; } = [.. Texts(reply["hosts"]), .. Texts(reply["passives"])];

    /// <summary>The mechanisms by which the user may prove the password; none when the server does not say.</summary>
    public IReadOnlyList<string> Mechanisms { get; } = [.. Texts(reply["saslSupportedMechs"])];

    /// <summary>Which of two that call themselves primary was elected later. The order is the specification's for servers from MongoDB 6.0 on, and the older one before.</summary>
    public Election Election { get; } = new(reply["electionId"].AsRaw?.Bytes ?? default, reply["setVersion"].AsInt64, reply["maxWireVersion"].AsInt64 >= 17);

    private static IEnumerable<string> Texts(BsonValue array) =>
        from value in array.AsArray ?? [] where value.AsString is not null select value.AsString;
}
