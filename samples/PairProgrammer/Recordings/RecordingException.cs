namespace Larder.Samples.PairProgrammer.Recordings;

/// <summary>A recording cannot be played or made. The message names the file or folder, and what is wrong.</summary>
public sealed class RecordingException : Exception
{
    public RecordingException(string message)
        : base(message)
    {
    }

    public RecordingException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    public RecordingException()
    {
    }
}
