namespace Larder;

/// <summary>What went wrong between this process and a Redis.</summary>
public class RedisException : IOException
{
    /// <summary>Creates the exception.</summary>
    public RedisException()
    {
    }

    /// <summary>Creates the exception.</summary>
    public RedisException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    public RedisException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
