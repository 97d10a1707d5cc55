using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Larder.MongoDB.Authentication;

/// <summary>
/// The client's side of a SCRAM conversation (RFC 5802, RFC 7677): proves that it knows the password, and has the server prove
/// the same.
/// </summary>
/// <remarks>Order: <see cref="First"/>, <see cref="Final"/>, <see cref="Verify"/>.</remarks>
internal sealed class ScramConversation
{
    // What a server may ask for: below, the password could be guessed from a captured conversation; above, it would only cost time.
    private const int MinIterations = 4096;
    private const int MaxIterations = 10_000_000;

    private readonly ScramMechanism _mechanism;
    private readonly string _nonce;
    private readonly string _firstBare;
    private readonly Func<byte[], int, byte[]> _saltedPassword;
    private byte[]? _serverSignature;

    /// <param name="mechanism">The hash.</param>
    /// <param name="user">The user's name.</param>
    /// <param name="saltedPassword">The salted password, from salt and number of iterations.</param>
    /// <param name="nonce">Printable characters without a comma, not to be guessed.</param>
    public ScramConversation(ScramMechanism mechanism, string user, Func<byte[], int, byte[]> saltedPassword, string nonce)
    {
        _mechanism = mechanism;
        _saltedPassword = saltedPassword;
        _nonce = nonce;
        _firstBare = $"n={user.Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal)},r={nonce}";
    }

    public static string NewNonce() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(24));

    /// <summary>The client's first message.</summary>
    public string First() => "n,," + _firstBare;

    /// <summary>The client's last message, in answer to the server's first.</summary>
    /// <exception cref="MongoDbProtocolException">The server's message is none.</exception>
    public string Final(string serverFirst)
    {
        string[] parts = serverFirst.Split(',');
        if (parts.Length < 3 || Attribute(parts[0], 'r') is not { } nonce || Attribute(parts[1], 's') is not { } saltText || Attribute(parts[2], 'i') is not { } iterationText)
            throw Invalid("its first message lacks a nonce, a salt or the number of iterations");
        if (nonce.Length <= _nonce.Length || !nonce.StartsWith(_nonce, StringComparison.Ordinal))
            throw Invalid("its nonce does not begin with ours");
        byte[] salt = Decode(saltText);
        if (!int.TryParse(iterationText, NumberStyles.None, CultureInfo.InvariantCulture, out int iterations) || iterations is < MinIterations or > MaxIterations)
            throw Invalid($"it asks for {iterationText} iterations, which must be {MinIterations} to {MaxIterations}");

        byte[] salted = _saltedPassword(salt, iterations);
        byte[] clientKey = _mechanism.Hmac(salted, "Client Key"u8);
        string withoutProof = $"c=biws,r={nonce}";
        byte[] authMessage = Encoding.UTF8.GetBytes($"{_firstBare},{serverFirst},{withoutProof}");
        byte[] signature = _mechanism.Hmac(_mechanism.Hash(clientKey), authMessage);
        _serverSignature = _mechanism.Hmac(_mechanism.Hmac(salted, "Server Key"u8), authMessage);
        for (int i = 0; i < clientKey.Length; i++)
            clientKey[i] ^= signature[i];
        return $"{withoutProof},p={Convert.ToBase64String(clientKey)}";
    }

    /// <summary>Looks at the server's last message.</summary>
    /// <exception cref="MongoDbProtocolException">The server does not know the password, or says that this side does not.</exception>
    public void Verify(string serverFinal)
    {
        string part = serverFinal.Split(',')[0];
        if (Attribute(part, 'e') is { } error)
            throw new MongoDbProtocolException($"The server refused the password: {error}.");
        if (_serverSignature is null || Attribute(part, 'v') is not { } signature || !CryptographicOperations.FixedTimeEquals(Decode(signature), _serverSignature))
            throw Invalid("it has not proved that it knows the password");
    }

    private static string? Attribute(string part, char name) => part.Length > 2 && part[0] == name && part[1] == '=' ? part[2..] : null;

    private static byte[] Decode(string text)
    {
        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException)
        {
            throw Invalid("a part of its message is not base64");
        }
    }

    private static MongoDbProtocolException Invalid(string what) => new($"The server does not follow SCRAM: {what}.");
}
