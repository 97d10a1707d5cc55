namespace Larder.Samples.PairProgrammer.Sessions;

/// <summary>A session's folder cannot be used. The message names the file and what is wrong with it.</summary>
public sealed class SessionException : Exception
{
    public SessionException(string message)
        : base(message)
    {
    }

    public SessionException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    public SessionException()
    {
    }
}
