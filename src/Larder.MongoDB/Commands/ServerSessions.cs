using Larder.MongoDB.Bson;

namespace Larder.MongoDB.Commands;

/// <summary>Sessions, by which a server knows a write that is sent again; each is used by one write at a time.</summary>
internal sealed class ServerSessions(TimeProvider time)
{
    // The server forgets a session that was not used for so long; one that comes near to it is not used again.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new(); // Protects the stack.
    private readonly Stack<ServerSession> _free = new();

    /// <summary>A session for one write; give it back unless a connection was lost.</summary>
    public ServerSession Rent(int lifeInMinutes)
    {
        lock (_gate)
        {
            while (_free.TryPop(out ServerSession? session))
            {
                if (time.GetElapsedTime(session.LastUse) < TimeSpan.FromMinutes(lifeInMinutes) - Margin)
                    return session;
            }
        }

        return new ServerSession();
    }

    public void Return(ServerSession session)
    {
        session.LastUse = time.GetTimestamp();
        lock (_gate)
            _free.Push(session);
    }
}

/// <summary>One session, and the number of its last write.</summary>
internal sealed class ServerSession
{
    public BsonDocument Id { get; } = new() { { "id", new BsonBinary(Guid.NewGuid().ToByteArray(bigEndian: true), BsonBinary.Uuid) } };

    public long LastWrite { get; set; }

    public long LastUse { get; set; }
}
