using System.Security.Cryptography;
using System.Text;
using Larder.MongoDB.Authentication;
using Larder.MongoDB.Bson;

namespace Larder.MongoDB.Tests.Servers;

/// <summary>The server's side of a SCRAM conversation: it knows the user's stored key, not the password.</summary>
internal sealed class ScramServer(string user, string password)
{
    private const int Iterations = 4096;

    private readonly byte[] _salt = RandomNumberGenerator.GetBytes(16);
    private ScramMechanism? _mechanism;
    private string _clientFirst = "";
    private string _serverFirst = "";
    private string _nonce = "";
    private bool _skipsEmpty;
    private bool _isProved;

    public bool IsDone { get; private set; }

    public BsonDocument Start(BsonDocument command)
    {
        _mechanism = ScramMechanism.Named(command["mechanism"].AsString ?? "") ?? throw new ServerFailure(334, "MechanismUnavailable", "Received authentication for a mechanism which is not enabled");
        _skipsEmpty = command["options"]["skipEmptyExchange"].AsBoolean;
        string first = Payload(command);
        if (!first.StartsWith("n,,", StringComparison.Ordinal))
            throw Failed();
        _clientFirst = first[3..];
        string[] parts = _clientFirst.Split(',');
        if (parts.Length < 2 || !parts[1].StartsWith("r=", StringComparison.Ordinal) || parts[0] != "n=" + user.Replace("=", "=3D").Replace(",", "=2C"))
            throw Failed();
        _nonce = parts[1][2..] + Convert.ToBase64String(RandomNumberGenerator.GetBytes(18));
        _serverFirst = $"r={_nonce},s={Convert.ToBase64String(_salt)},i={Iterations}";
        return Reply(_serverFirst, done: false);
    }

    public BsonDocument Continue(BsonDocument command)
    {
        if (_mechanism is null)
            throw Failed();
        if (_isProved)
        {
            IsDone = true;
            return Reply("", done: true);
        }

        string final = Payload(command);
        int proofAt = final.LastIndexOf(",p=", StringComparison.Ordinal);
        if (proofAt < 0 || final[..proofAt] != $"c=biws,r={_nonce}")
            throw Failed();
        byte[] proof = Convert.FromBase64String(final[(proofAt + 3)..]);
        byte[] salted = _mechanism.Salt(_mechanism.Secret(user, password), _salt, Iterations);
        byte[] storedKey = _mechanism.Hash(_mechanism.Hmac(salted, "Client Key"u8));
        byte[] authMessage = Encoding.UTF8.GetBytes($"{_clientFirst},{_serverFirst},{final[..proofAt]}");
        byte[] signature = _mechanism.Hmac(storedKey, authMessage);
        byte[] clientKey = [.. proof.Zip(signature, static (a, b) => (byte)(a ^ b))];
        if (!_mechanism.Hash(clientKey).AsSpan().SequenceEqual(storedKey))
            throw Failed();
        _isProved = true;
        IsDone = _skipsEmpty;
        return Reply($"v={Convert.ToBase64String(_mechanism.Hmac(_mechanism.Hmac(salted, "Server Key"u8), authMessage))}", _skipsEmpty);
    }

    private static string Payload(BsonDocument command) => Encoding.UTF8.GetString((command["payload"].AsBinary ?? throw Failed()).Bytes.Span);

    private static BsonDocument Reply(string payload, bool done) => new()
    {
        { "conversationId", 1 },
        { "done", done },
        { "payload", new BsonBinary(Encoding.UTF8.GetBytes(payload)) },
        { "ok", 1.0 },
    };

    private static ServerFailure Failed() => new(18, "AuthenticationFailed", "Authentication failed.");
}
