namespace Larder.MongoDB.Commands;

/// <summary>The numbers of errors, as in the servers' <c>error_codes.yml</c>, and what follows from them.</summary>
internal static class ServerError
{
    public const int NamespaceNotFound = 26;
    public const int CommandNotFound = 59;
    public const int ChangeStreamFatal = 280;

    // Not primary any more, or not for long.
    private static readonly HashSet<int> NotPrimary = [10107, 13435, 11602, 13436, 189, 91, 11600, 10058];

    // On its way down.
    private static readonly HashSet<int> ShuttingDown = [91, 11600];

    // On the way between servers.
    private static readonly HashSet<int> Network = [6, 7, 89, 9001, 262];

    // Said before anything was begun.
    private static readonly HashSet<int> NotBegun = [10107, 13435, 10058];

    /// <summary>Whether nothing of the command has been carried out, whatever it is.</summary>
    public static bool IsNotBegun(int code) => NotBegun.Contains(code);

    /// <summary>Whether another server has to be looked for.</summary>
    public static bool IsNotPrimary(int code) => NotPrimary.Contains(code);

    public static bool IsShuttingDown(int code) => ShuttingDown.Contains(code);

    /// <summary>Whether it may be different the next time.</summary>
    public static bool IsRetryable(int code) => NotPrimary.Contains(code) || Network.Contains(code);
}
