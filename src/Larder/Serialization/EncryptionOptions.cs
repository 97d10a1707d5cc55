namespace Larder;

/// <summary>How stored values are encrypted: AES-GCM (NIST SP 800-38D), bound to the entry's key, so that a value copied to another key does not decrypt.</summary>
/// <remarks>
/// <para>To rotate, add the new key, make it current, and remove the old one when its entries have expired. A value
/// whose key is gone is a miss. With encryption configured, an entry that is not encrypted is a miss as well.</para>
/// <para>Each value gets a random 96-bit nonce; SP 800-38D allows 2^32 of these under one key. Rotate before that many writes.</para>
/// <para>Stored keys, times, tags and ETags are not encrypted; they are authenticated together with the value.</para>
/// </remarks>
public sealed record EncryptionOptions
{
    /// <summary>The id of the key that new values are encrypted with. Must be in <see cref="Keys"/>.</summary>
    public uint CurrentKeyId { get; set; }

    /// <summary>The keys by id; each 16, 24 or 32 bytes.</summary>
    public IDictionary<uint, byte[]> Keys { get; private init; } = new Dictionary<uint, byte[]>();

    /// <summary>A copy that nobody else can change: neither which keys there are nor their bytes.</summary>
    internal EncryptionOptions Copy() => this with { Keys = Keys.ToDictionary(static key => key.Key, static key => key.Value is null ? null! : (byte[])key.Value.Clone()) };

    /// <summary>What is wrong with these options: each names the option, its value and what would be right. Never says a key's bytes.</summary>
    internal IEnumerable<string> Failures()
    {
        if (Keys.Count == 0)
            yield return "Encryption.Keys is empty; it must have at least the key that Encryption.CurrentKeyId names.";
        else if (!Keys.ContainsKey(CurrentKeyId))
            yield return $"Encryption.CurrentKeyId is {CurrentKeyId}, which is not in Encryption.Keys ({string.Join(", ", Keys.Keys.Order())}); it must be the id of one of them.";
        foreach ((uint id, byte[]? key) in Keys.OrderBy(pair => pair.Key))
        {
            if (key is not { Length: 16 or 24 or 32 })
                yield return $"Encryption.Keys[{id}] is {(key is null ? "null" : $"{key.Length} bytes long")}; an AES key has 16, 24 or 32 bytes.";
        }
    }
}
