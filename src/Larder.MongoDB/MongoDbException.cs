namespace Larder;

/// <summary>What went wrong between this process and a MongoDB.</summary>
public class MongoDbException : IOException
{
    /// <summary>Creates the exception.</summary>
    public MongoDbException()
    {
    }

    /// <summary>Creates the exception.</summary>
    public MongoDbException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    public MongoDbException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
