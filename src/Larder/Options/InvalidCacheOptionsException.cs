namespace Larder;

/// <summary>Options are out of range or contradict each other. The message lists everything that is wrong with them.</summary>
/// <remarks>In a host the same errors come as a <see cref="Microsoft.Extensions.Options.OptionsValidationException"/>, when it starts.</remarks>
public sealed class InvalidCacheOptionsException : ArgumentException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="errors">What is wrong: each names the option, its value and what would be right.</param>
    public InvalidCacheOptionsException(IReadOnlyList<string> errors)
        : base(string.Join(Environment.NewLine, errors)) => Errors = errors;

    /// <summary>Creates the exception.</summary>
    public InvalidCacheOptionsException()
        : this([])
    {
    }

    /// <summary>Creates the exception.</summary>
    public InvalidCacheOptionsException(string message)
        : this([message])
    {
    }

    /// <summary>Creates the exception.</summary>
    public InvalidCacheOptionsException(string message, Exception? innerException)
        : base(message, innerException) => Errors = [message];

    /// <summary>What is wrong: each names the option, its value and what would be right.</summary>
    public IReadOnlyList<string> Errors { get; }
}
