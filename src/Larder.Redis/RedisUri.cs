using System.Globalization;

namespace Larder.Redis;

/// <summary>Reads <c>redis://</c> and <c>rediss://</c> addresses. Not with <see cref="Uri"/>: that knows one host only.</summary>
internal static class RedisUri
{
    private const string Plain = "redis://";
    private const string Tls = "rediss://";

    public static RedisStoreOptions Parse(string text)
    {
        var options = new RedisStoreOptions();
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        if (rest.StartsWith(Tls, StringComparison.OrdinalIgnoreCase))
        {
            options.UseTls = true;
            rest = rest[Tls.Length..];
        }
        else if (rest.StartsWith(Plain, StringComparison.OrdinalIgnoreCase))
        {
            rest = rest[Plain.Length..];
        }
        else if (rest.Contains("://", StringComparison.Ordinal))
        {
            throw new FormatException($"A Redis address begins with {Plain} or {Tls}, or is a list of hosts.");
        }

        int query = rest.IndexOf('?');
        if (query >= 0)
        {
            ReadQuery(rest[(query + 1)..], options);
            rest = rest[..query];
        }

        int credentials = rest.LastIndexOf('@');
        if (credentials >= 0)
        {
            ReadCredentials(rest[..credentials], options);
            rest = rest[(credentials + 1)..];
        }

        int database = rest.IndexOf('/');
        if (database >= 0)
        {
            options.Database = ReadDatabase(rest[(database + 1)..]);
            rest = rest[..database];
        }

        string[] servers = rest.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        options.Servers = servers.Length > 0 ? servers : throw new FormatException("The Redis address names no host.");
        foreach (string server in servers)
            ServerAddress.Parse(server);
        return options;
    }

    private static int ReadDatabase(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
            return 0;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int database)
            ? database
            : throw new FormatException($"The database of the Redis address is '{text}'; it must be a number.");
    }

    private static void ReadCredentials(ReadOnlySpan<char> text, RedisStoreOptions options)
    {
        int colon = text.IndexOf(':');
        if (colon < 0)
            throw new FormatException("The credentials of the Redis address must be user:password, or :password for the default user.");
        string user = Uri.UnescapeDataString(text[..colon]);
        options.User = user.Length > 0 ? user : null;
        options.Password = Uri.UnescapeDataString(text[(colon + 1)..]);
    }

    private static void ReadQuery(ReadOnlySpan<char> text, RedisStoreOptions options)
    {
        foreach (Range range in text.Split('&'))
        {
            ReadOnlySpan<char> pair = text[range];
            if (pair.IsEmpty)
                continue;
            int equals = pair.IndexOf('=');
            string name = Uri.UnescapeDataString(equals < 0 ? pair : pair[..equals]);
            string value = equals < 0 ? "" : Uri.UnescapeDataString(pair[(equals + 1)..]);
            switch (name.ToUpperInvariant())
            {
                case "NAMESPACE":
                    options.Namespace = value;
                    break;
                case "CLIENTNAME":
                    options.ClientName = value;
                    break;
                case "TLSHOST":
                    options.TlsHost = value;
                    break;
                case "TRACKING":
                    options.Tracking = Enum.TryParse(value, ignoreCase: true, out RedisTracking tracking) && Enum.IsDefined(tracking)
                        ? tracking
                        : throw new FormatException($"The option tracking of the Redis address is '{value}'; it must be one of {string.Join(", ", Enum.GetNames<RedisTracking>())}.");
                    break;
                case "CONNECTIONSPERSERVER":
                    options.ConnectionsPerServer = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int connections)
                        ? connections
                        : throw new FormatException($"The option connectionsPerServer of the Redis address is '{value}'; it must be a number, 1 to 64.");
                    break;
                case "CONNECTTIMEOUT":
                    options.ConnectTimeout = Milliseconds(name, value);
                    break;
                case "COMMANDTIMEOUT":
                    options.CommandTimeout = Milliseconds(name, value);
                    break;
                case "HEARTBEATINTERVAL":
                    options.HeartbeatInterval = Milliseconds(name, value);
                    break;
                default:
                    throw new FormatException($"The Redis address has the option '{name}', which does not exist; there are namespace, tracking, clientName, tlsHost, connectionsPerServer, connectTimeout, commandTimeout and heartbeatInterval.");
            }
        }
    }

    private static TimeSpan Milliseconds(string name, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int milliseconds) && milliseconds > 0
            ? TimeSpan.FromMilliseconds(milliseconds)
            : throw new FormatException($"The option {name} of the Redis address is '{value}'; it must be a number of milliseconds, 1 or more.");
}
