namespace Larder;

/// <summary>There is no connection, or it was lost before the answer came: whether the command was carried out is unknown.</summary>
public sealed class MongoDbConnectionException : MongoDbException
{
    /// <summary>Creates the exception.</summary>
    public MongoDbConnectionException()
    {
    }

    /// <summary>Creates the exception.</summary>
    public MongoDbConnectionException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    public MongoDbConnectionException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Whether the server is not to blame: all connections were in use.</summary>
    internal bool IsQueueFull { get; init; }
}
