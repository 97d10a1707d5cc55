using System.Security.Cryptography;
using Larder.Shared;

namespace Larder.PostgreSql.Keys;

/// <summary>A key as a row has it: what the index holds, and the whole key where that is too long for an index.</summary>
/// <remarks>
/// A B-tree of PostgreSQL takes up to 2,704 bytes. A longer key is known by its first <see cref="HeadLength"/> bytes, the
/// byte <c>FF</c>, which no <see cref="Wtf8"/> text has, and its SHA-256. So the rows stay in the order of their keys as far
/// as the head goes, and no two keys are ever the same row.
/// </remarks>
/// <param name="Id">What the index holds.</param>
/// <param name="Name">The whole key; nothing where <paramref name="Id"/> is that.</param>
internal readonly record struct RowKey(byte[] Id, byte[]? Name)
{
    /// <summary>The longest key that the index holds whole, in bytes.</summary>
    public const int HeadLength = 1024;

    private const byte Mark = 0xFF;

    /// <summary>Sorts behind every key.</summary>
    public static readonly byte[] End = [Mark];

    public static RowKey Of(string key)
    {
        byte[] bytes = Wtf8.Write(key);
        return bytes.Length <= HeadLength ? new RowKey(bytes, null) : new RowKey([.. bytes.AsSpan(0, HeadLength), Mark, .. SHA256.HashData(bytes)], bytes);
    }

    /// <summary>The identifiers between which every key with a prefix lies, and some more: what is found has to be looked at again.</summary>
    /// <returns>The first that may be, and one behind the last.</returns>
    public static (byte[] From, byte[] To) Range(string prefix)
    {
        // One half of a surrogate pair is no part of the bytes of the whole.
        if (prefix.Length > 0 && char.IsHighSurrogate(prefix[^1]))
            prefix = prefix[..^1];
        byte[] bytes = Wtf8.Write(prefix);
        if (bytes.Length > HeadLength)
            bytes = bytes[..HeadLength];
        if (bytes.Length == 0)
            return (bytes, End);
        byte[] to = [.. bytes];
        to[^1]++; // It is no FF.
        return (bytes, to);
    }
}
