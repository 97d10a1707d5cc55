namespace Larder.MongoDB;

/// <summary>
/// Reads <c>mongodb://</c> addresses
/// (https://github.com/mongodb/specifications/blob/master/source/connection-string/connection-string-spec.md). Not with
/// <see cref="Uri"/>: that knows one host only.
/// </summary>
internal static class MongoUri
{
    private const string Scheme = "mongodb://";
    private const string ServiceScheme = "mongodb+srv://";

    /// <exception cref="FormatException">The text is no address.</exception>
    public static MongoDbStoreOptions Parse(string text)
    {
        var options = new MongoDbStoreOptions();
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        if (rest.StartsWith(ServiceScheme, StringComparison.OrdinalIgnoreCase))
            throw new FormatException($"{ServiceScheme} needs DNS service records, which are not looked up; name the hosts after {Scheme}.");
        if (!rest.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            throw new FormatException($"A MongoDB address begins with {Scheme}.");
        rest = rest[Scheme.Length..];

        RefuseRawPassword(rest);
        int query = rest.IndexOf('?');
        ReadOnlySpan<char> pairs = query < 0 ? default : rest[(query + 1)..];
        rest = query < 0 ? rest : rest[..query];
        int slash = rest.IndexOf('/');
        if (slash >= 0)
        {
            ReadDatabase(rest[(slash + 1)..], options);
            rest = rest[..slash];
        }

        int at = rest.LastIndexOf('@');
        if (at >= 0)
        {
            ReadCredentials(rest[..at], options);
            rest = rest[(at + 1)..];
        }

        options.Servers = ReadServers(rest);
        var settings = new MongoUriSettings(options);
        foreach (Range range in pairs.Split('&'))
        {
            if (!pairs[range].IsEmpty)
                settings.Read(pairs[range]);
        }

        settings.Finish();
        return options;
    }

    private static string[] ReadServers(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
            throw new FormatException("The MongoDB address names no host.");
        string[] servers = text.ToString().Split(',');
        for (int i = 0; i < servers.Length; i++)
        {
            servers[i] = Decode(servers[i], "a host");
            ServerAddress.Parse(servers[i]);
        }

        return servers;
    }

    private static void ReadDatabase(ReadOnlySpan<char> text, MongoDbStoreOptions options)
    {
        if (text.IsEmpty)
            return;
        string database = Decode(text, "the database");
        if (database.AsSpan().ContainsAny(MongoDbStoreOptionsValidation.NotInDatabaseNames))
            throw new FormatException($"The database of the MongoDB address is '{database}'; it must have none of {MongoDbStoreOptionsValidation.NotInDatabaseNamesShown} or NUL, and a host list with a slash must be percent-encoded.");
        options.Database = options.AuthenticationDatabase = database;
    }

    private static void ReadCredentials(ReadOnlySpan<char> text, MongoDbStoreOptions options)
    {
        int colon = text.IndexOf(':');
        if (text.ContainsAny("@/") || (colon >= 0 && text[(colon + 1)..].Contains(':')))
            throw new FormatException("The credentials of the MongoDB address have a raw ':', '@' or '/'; percent-encode it.");
        if (colon < 0)
            throw new FormatException("The credentials of the MongoDB address must be user:password.");
        options.User = Decode(text[..colon], "the user");
        if (options.User.Length == 0)
            throw new FormatException("The credentials of the MongoDB address name no user.");
        options.Password = Decode(text[(colon + 1)..], "the password");
    }

    // A password with a raw '/' or '?' would be taken for hosts, a database and options, and be told in what is wrong with them.
    private static void RefuseRawPassword(ReadOnlySpan<char> rest)
    {
        int end = rest.IndexOfAny('/', '?');
        if (end >= 0 && !rest[..end].Contains('@') && rest[end..].Contains('@'))
            throw new FormatException("The MongoDB address has a raw '@' behind the hosts, or a raw '/' or '?' in its credentials; percent-encode it.");
    }

    // Uri.UnescapeDataString leaves what is no escape as it is; here that is an error.
    internal static string Decode(ReadOnlySpan<char> text, string part)
    {
        for (int i = text.IndexOf('%'); i >= 0 && i < text.Length; i++)
        {
            if (text[i] == '%' && (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2])))
                throw new FormatException($"In the MongoDB address, {part} has a '%' that begins no escape; a raw '%' is written %25.");
        }

        return Uri.UnescapeDataString(text);
    }
}
