namespace Larder;

/// <summary>A store failed, and the caller asked to be told (<see cref="EntryOptions.FailSilently"/> is off).</summary>
public sealed class CacheStoreException : Exception
{
    /// <summary>Creates the exception.</summary>
    public CacheStoreException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>Creates the exception.</summary>
    public CacheStoreException()
    {
    }

    /// <summary>Creates the exception.</summary>
    public CacheStoreException(string message)
        : base(message)
    {
    }
}

/// <summary>A factory waits for a flight that itself waits for the factory: going on would be a deadlock.</summary>
public sealed class ReentrantFactoryException : InvalidOperationException
{
    /// <summary>Creates the exception.</summary>
    public ReentrantFactoryException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    public ReentrantFactoryException()
    {
    }

    /// <summary>Creates the exception.</summary>
    public ReentrantFactoryException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
