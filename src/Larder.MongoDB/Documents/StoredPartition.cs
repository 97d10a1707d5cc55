using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Larder.MongoDB.Documents;

/// <summary>
/// What the parts of a stored key say: <c>{cache}:{collection}:{scope}:{organization}:{user}:{key}</c>, each part escaped by the
/// core. A key that is not of that form lies in one collection with all others like it.
/// </summary>
/// <param name="MongoCollection">The MongoDB collection that it lies in.</param>
/// <param name="Collection">The collection of the cache; <see langword="null"/> when the key is of another form.</param>
/// <param name="Scope">The scope's name.</param>
/// <param name="OrganizationId">The organization; <see langword="null"/> when there is none.</param>
/// <param name="UserId">The user; <see langword="null"/> when there is none.</param>
internal readonly record struct StoredPartition(string MongoCollection, string? Collection, string? Scope, string? OrganizationId, string? UserId)
{
    /// <summary>Where keys of other forms lie. It has no dot, and all others have.</summary>
    public const string Others = "entries";

    /// <summary>Where the epochs lie. It has no dot either.</summary>
    public const string Epochs = "epochs";

    private const int PartsBeforeKey = 5;
    private const string Absent = "~";
    private const char Changed = '_'; // Before a name that no collection may have.

    // A server takes 255 bytes of database, dot and collection; a database has up to 63.
    private const int MaxNameLength = 180;
    private const int HeadLength = MaxNameLength - 33;

    private static readonly SearchValues<char> PartCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./@+%#~");

    /// <summary>Reads a stored key.</summary>
    public static StoredPartition Of(string key)
    {
        Span<Range> parts = stackalloc Range[PartsBeforeKey + 2];
        ReadOnlySpan<char> text = key;
        if (text.Split(parts, ':') != PartsBeforeKey + 1 || !IsPart(text[parts[0]]) || !IsPart(text[parts[1]]) || !IsScope(text[parts[2]]))
            return new StoredPartition(Others, null, null, null, null);
        return new StoredPartition(
            NameOf(key[..parts[1].End.Value].Replace(':', '.')),
            Unescape(text[parts[1]]),
            text[parts[2]].ToString(),
            Unescape(text[parts[3]]),
            Unescape(text[parts[4]]));
    }

    /// <summary>The collection that a key lies in; like <see cref="Of"/>, without the rest.</summary>
    public static string CollectionOf(string key)
    {
        Span<Range> parts = stackalloc Range[PartsBeforeKey + 2];
        ReadOnlySpan<char> text = key;
        return text.Split(parts, ':') != PartsBeforeKey + 1 || !IsPart(text[parts[0]]) || !IsPart(text[parts[1]]) || !IsScope(text[parts[2]])
            ? Others
            : NameOf(key[..parts[1].End.Value].Replace(':', '.'));
    }

    /// <summary>Whether keys that begin with the prefix can lie in the collection.</summary>
    public static bool MayHold(string mongoCollection, string prefix)
    {
        if (mongoCollection == Others)
            return true;
        if (!mongoCollection.Contains('.', StringComparison.Ordinal))
            return false;
        int cache = prefix.IndexOf(':', StringComparison.Ordinal);
        int collection = cache < 0 ? -1 : prefix.IndexOf(':', cache + 1);
        if (collection >= 0)
            return mongoCollection == NameOf(prefix[..collection].Replace(':', '.'));
        // A name that was cut does not begin like a long key; one that the servers keep for themselves begins differently.
        string head = prefix.Replace(':', '.');
        return head.Length > HeadLength
            || mongoCollection.StartsWith(head, StringComparison.Ordinal)
            || (mongoCollection.StartsWith(Changed) && mongoCollection.AsSpan(1).StartsWith(head, StringComparison.Ordinal));
    }

    private static string NameOf(string name)
    {
        if (name.Length > MaxNameLength)
            name = $"{name.AsSpan(0, HeadLength)}.{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16))}";
        return name.StartsWith("system.", StringComparison.Ordinal) || name.StartsWith('.') ? Changed + name : name;
    }

    private static bool IsPart(ReadOnlySpan<char> part) => !part.IsEmpty && !part.ContainsAnyExcept(PartCharacters);

    private static bool IsScope(ReadOnlySpan<char> part) => part is "global" or "organization" or "user";

    // As the core escapes: %XX below U+0080, %uXXXX from there on. What would be no text of a document stays escaped.
    private static string? Unescape(ReadOnlySpan<char> part)
    {
        if (part is Absent)
            return null;
        if (!part.Contains('%'))
            return part.ToString();
        var text = new StringBuilder(part.Length);
        for (int i = 0; i < part.Length; i++)
        {
            if (part[i] != '%')
            {
                text.Append(part[i]);
                continue;
            }

            int digits = i + 1 < part.Length && part[i + 1] == 'u' ? 4 : 2;
            int from = i + (digits == 4 ? 2 : 1);
            if (from + digits > part.Length || !int.TryParse(part.Slice(from, digits), System.Globalization.NumberStyles.AllowHexSpecifier, null, out int unit))
                return part.ToString();
            text.Append((char)unit);
            i = from + digits - 1;
        }

        string plain = text.ToString();
        return KeyText.Escape(plain) == plain ? plain : part.ToString();
    }
}
