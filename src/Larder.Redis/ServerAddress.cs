using System.Globalization;

namespace Larder.Redis;

/// <summary>Where a server is.</summary>
internal readonly record struct ServerAddress(string Host, int Port)
{
    private const int DefaultPort = 6379;

    /// <summary>Reads <c>host</c>, <c>host:port</c>, <c>[IPv6]</c> or <c>[IPv6]:port</c>.</summary>
    /// <exception cref="FormatException">It is none of these.</exception>
    public static ServerAddress Parse(string text)
    {
        int end = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) + 1 : text.LastIndexOf(':');
        if (end < 0)
            end = text.Length;
        string host = text[..end].TrimStart('[').TrimEnd(']');
        ReadOnlySpan<char> port = text.AsSpan(end);
        if (host.Length == 0 || host.Contains(' ', StringComparison.Ordinal) || (host.Contains(':', StringComparison.Ordinal) && !text.StartsWith('[')))
            throw Invalid(text);
        if (port.IsEmpty)
            return new ServerAddress(host, DefaultPort);
        return port[0] == ':' && int.TryParse(port[1..], NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is > 0 and <= 65535
            ? new ServerAddress(host, number)
            : throw Invalid(text);
    }

    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    private static FormatException Invalid(string text) => new($"The server '{text}' is not an address; it must be host or host:port, with a port of 1 to 65535 and an IPv6 address in brackets.");
}
