namespace Larder.Serialization;

/// <summary>What became of stored bytes when they were read. Everything but <see cref="Ok"/> is a miss.</summary>
internal enum DecodeOutcome
{
    /// <summary>The bytes are an entry.</summary>
    Ok,

    /// <summary>Too short to be an entry.</summary>
    Truncated,

    /// <summary>Written by a version of the format that this one does not know.</summary>
    UnknownVersion,

    /// <summary>The checksum does not match: damaged, cut off, or never an entry.</summary>
    BadChecksum,

    /// <summary>The checksum matches, but what it covers is not a well-formed entry.</summary>
    Malformed,

    /// <summary>The payload is, or becomes when decompressed, larger than <see cref="CacheOptions.MaxPayloadBytes"/>.</summary>
    TooLarge,

    /// <summary>The payload was written by a serializer other than the one that reads the type asked for.</summary>
    UnknownSerializer,

    /// <summary>Encryption is configured and the entry is not encrypted: whoever can write to the store could have put it there.</summary>
    NotEncrypted,

    /// <summary>Encrypted with a key that is not configured.</summary>
    UnknownEncryptionKey,

    /// <summary>The authentication tag does not match: wrong key bytes, another entry's payload, or a changed header.</summary>
    DecryptionFailed,

    /// <summary>The serializer could not make a value of the type asked for out of the payload.</summary>
    DeserializationFailed,
}
