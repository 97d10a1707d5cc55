using System.Buffers;
using System.Globalization;

namespace Larder.MongoDB;

/// <summary>Where a server is. Names are compared as the servers give them, in lower case.</summary>
internal readonly record struct ServerAddress(string Host, int Port)
{
    private const int DefaultPort = 27017;

    private static readonly SearchValues<char> NotInHosts = SearchValues.Create(" /?#@\0");

    /// <summary>Whether the host is the path of a Unix domain socket.</summary>
    public bool IsSocketFile => Host.EndsWith(".sock", StringComparison.Ordinal);

    /// <summary>Reads <c>host</c>, <c>host:port</c>, <c>[IPv6]</c>, <c>[IPv6]:port</c>, or the path of a Unix domain socket.</summary>
    /// <exception cref="FormatException">It is none of these.</exception>
    public static ServerAddress Parse(string text)
    {
        if (text.EndsWith(".sock", StringComparison.Ordinal))
            return new ServerAddress(text, 0);
        int end = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) + 1 : text.LastIndexOf(':');
        if (end < 0)
            end = text.Length;
        string host = text[..end].TrimStart('[').TrimEnd(']');
        ReadOnlySpan<char> port = text.AsSpan(end);
        if (host.Length == 0 || host.AsSpan().ContainsAny(NotInHosts) || (host.Contains(':', StringComparison.Ordinal) && !text.StartsWith('[')))
            throw Invalid(text);
        if (port.IsEmpty)
            return new ServerAddress(Lower(host), DefaultPort);
        return port[0] == ':' && int.TryParse(port[1..], NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is > 0 and <= 65535
            ? new ServerAddress(Lower(host), number)
            : throw Invalid(text);
    }

    /// <summary>Reads what a server calls another.</summary>
    /// <returns><see langword="null"/> when it is no address.</returns>
    public static ServerAddress? TryParse(string text)
    {
        try
        {
            return Parse(text);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    public override string ToString() => IsSocketFile ? Host : Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

#pragma warning disable CA1308 // Host names are lower case in this protocol.
    private static string Lower(string host) => host.ToLowerInvariant();
#pragma warning restore CA1308

    private static FormatException Invalid(string text) => new($"The server '{text}' is not an address; it must be host or host:port, with a port of 1 to 65535, an IPv6 address in brackets, or the path of a socket ending in .sock.");
}
