namespace Larder.Samples.PairProgrammer.Asking;

/// <summary>The model's answer cannot be used. The message says which function's, and why.</summary>
public sealed class AnswerException : Exception
{
    public AnswerException(string message)
        : base(message)
    {
    }

    public AnswerException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    public AnswerException()
    {
    }
}
