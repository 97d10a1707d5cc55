namespace Larder;

/// <summary>There is no connection, or it was lost before the answer came: whether the command was carried out is unknown.</summary>
public sealed class RedisConnectionException : RedisException
{
    /// <summary>Creates the exception.</summary>
    public RedisConnectionException()
    {
    }

    /// <summary>Creates the exception.</summary>
    public RedisConnectionException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    public RedisConnectionException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Whether the command had been handed to a connection, so that it may have been carried out.</summary>
    internal bool MayHaveBeenCarriedOut { get; init; }
}
