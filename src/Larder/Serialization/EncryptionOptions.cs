namespace Larder;

/// <summary>How stored values are encrypted: AES-GCM (NIST SP 800-38D), bound to the entry's key, so that a value copied to another key does not decrypt.</summary>
/// <remarks>To rotate, add the new key, make it current, and remove the old one when its entries have expired. A value whose key is gone is a miss.</remarks>
public sealed record EncryptionOptions
{
    /// <summary>The id of the key that new values are encrypted with. Must be in <see cref="Keys"/>.</summary>
    public uint CurrentKeyId { get; set; }

    /// <summary>The keys by id; each 16, 24 or 32 bytes.</summary>
    public IDictionary<uint, byte[]> Keys { get; } = new Dictionary<uint, byte[]>();
}
