using System.Security.Cryptography;
using System.Text;

namespace Larder.MongoDB.Authentication;

/// <summary>A hash, and what is made of a password before it is used.</summary>
internal sealed class ScramMechanism
{
    /// <summary>SCRAM-SHA-256 (RFC 7677).</summary>
    public static readonly ScramMechanism Sha256 = new("SCRAM-SHA-256", HashAlgorithmName.SHA256, 32);

    /// <summary>SCRAM-SHA-1 (RFC 5802), with the server's old digest of the password in its place.</summary>
    public static readonly ScramMechanism Sha1 = new("SCRAM-SHA-1", HashAlgorithmName.SHA1, 20);

    private ScramMechanism(string name, HashAlgorithmName hash, int hashLength)
    {
        Name = name;
        Algorithm = hash;
        HashLength = hashLength;
    }

    public string Name { get; }

    public HashAlgorithmName Algorithm { get; }

    public int HashLength { get; }

    /// <summary>The mechanism of that name; <see langword="null"/> when there is none.</summary>
    public static ScramMechanism? Named(string name) => name == Sha256.Name ? Sha256 : name == Sha1.Name ? Sha1 : null;

    /// <summary>What is salted: the password itself, or its digest.</summary>
    public string Secret(string user, string password)
    {
        if (this == Sha256)
            return SaslPrep.Prepare(password);
#pragma warning disable CA5351 // The protocol asks for MD5: it hides the password in the server's table, and protects nothing on the way.
        return Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes($"{user}:mongo:{password}")));
#pragma warning restore CA5351
    }

    public byte[] Hmac(byte[] key, ReadOnlySpan<byte> text)
    {
        byte[] mac = new byte[HashLength];
        if (this == Sha256)
            HMACSHA256.HashData(key, text, mac);
        else
#pragma warning disable CA5350 // SCRAM-SHA-1 is what older servers know.
            HMACSHA1.HashData(key, text, mac);
#pragma warning restore CA5350
        return mac;
    }

    public byte[] Hash(ReadOnlySpan<byte> text)
    {
#pragma warning disable CA5350 // As above.
        return this == Sha256 ? SHA256.HashData(text) : SHA1.HashData(text);
#pragma warning restore CA5350
    }

    public byte[] Salt(string secret, byte[] salt, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(secret), salt, iterations, Algorithm, HashLength);
}
