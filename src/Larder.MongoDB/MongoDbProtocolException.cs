namespace Larder;

/// <summary>What the server sent is no message of its protocol, exceeds the limits, or is not what the command answers. It ends the connection.</summary>
public sealed class MongoDbProtocolException : MongoDbException
{
    /// <summary>Creates the exception.</summary>
    public MongoDbProtocolException()
    {
    }

    /// <summary>Creates the exception.</summary>
    public MongoDbProtocolException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    public MongoDbProtocolException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
