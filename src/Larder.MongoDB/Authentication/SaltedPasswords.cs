using System.Collections.Concurrent;

namespace Larder.MongoDB.Authentication;

/// <summary>Salted passwords, once computed: every connection of a pool would compute the same, slowly on purpose.</summary>
internal sealed class SaltedPasswords(string user, string password)
{
    private const int Most = 16;

    private readonly ConcurrentDictionary<(string Mechanism, string Salt, int Iterations), byte[]> _known = new();

    public byte[] Get(ScramMechanism mechanism, byte[] salt, int iterations)
    {
        (string Name, string Salt, int Iterations) key = (mechanism.Name, Convert.ToBase64String(salt), iterations);
        if (_known.TryGetValue(key, out byte[]? salted))
            return salted;
        if (_known.Count >= Most)
            _known.Clear(); // Servers have one salt for each user and mechanism.
        return _known[key] = mechanism.Salt(mechanism.Secret(user, password), salt, iterations);
    }
}
