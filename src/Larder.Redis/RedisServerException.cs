namespace Larder;

/// <summary>The server refused a command.</summary>
public sealed class RedisServerException : RedisException
{
    private const string Aborted = "EXECABORT Transaction discarded because of: ";

    /// <summary>Creates the exception.</summary>
    public RedisServerException()
    {
    }

    /// <summary>Creates the exception from the server's error line, such as <c>OOM command not allowed</c>.</summary>
    public RedisServerException(string message)
        : base(message) => Kind = KindOf(message);

    /// <summary>Creates the exception.</summary>
    public RedisServerException(string message, Exception? innerException)
        : base(message, innerException) => Kind = KindOf(message);

    /// <summary>What kind of refusal it is.</summary>
    public RedisErrorKind Kind { get; }

    internal static RedisErrorKind KindOf(string message)
    {
        // The end of a transaction was refused, and why.
        if (message.StartsWith(Aborted, StringComparison.Ordinal))
            message = message[Aborted.Length..];
        int end = message.IndexOf(' ', StringComparison.Ordinal);
        return (end < 0 ? message : message[..end]) switch
        {
            "LOADING" => RedisErrorKind.Loading,
            "BUSY" => RedisErrorKind.Busy,
            "READONLY" => RedisErrorKind.ReadOnly,
            "MASTERDOWN" => RedisErrorKind.MasterDown,
            "OOM" => RedisErrorKind.OutOfMemory,
            "MISCONF" => RedisErrorKind.Misconfigured,
            "NOAUTH" => RedisErrorKind.AuthenticationRequired,
            "WRONGPASS" => RedisErrorKind.WrongPassword,
            "NOPERM" => RedisErrorKind.NoPermission,
            "NOSCRIPT" => RedisErrorKind.NoScript,
            "NOPROTO" => RedisErrorKind.NoProtocol,
            "WRONGTYPE" => RedisErrorKind.WrongType,
            "MOVED" => RedisErrorKind.Moved,
            "ASK" => RedisErrorKind.Ask,
            "TRYAGAIN" => RedisErrorKind.TryAgain,
            "CLUSTERDOWN" => RedisErrorKind.ClusterDown,
            "CROSSSLOT" => RedisErrorKind.CrossSlot,
            _ => RedisErrorKind.Other,
        };
    }
}
