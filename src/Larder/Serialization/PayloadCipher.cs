using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Security.Cryptography;

namespace Larder.Serialization;

/// <summary>
/// Encrypts payloads with AES-GCM (NIST SP 800-38D): a random 96-bit nonce, the ciphertext, a 128-bit tag.
/// </summary>
/// <remarks>
/// The associated data are the header's length and bytes and the stored key, so a payload authenticates only
/// under its own key, behind its own header. The key goes in as UTF-16, which is exact for every string, while
/// UTF-8 would make all lone surrogates one.
/// </remarks>
internal sealed class PayloadCipher : IDisposable
{
    public const int NonceBytes = 12;
    public const int TagBytes = 16;

    /// <summary>How much longer an encrypted payload is.</summary>
    public const int OverheadBytes = NonceBytes + TagBytes;

    private const int StackBytes = 512;

    private readonly FrozenDictionary<uint, AesGcmPool> _ciphers;

    /// <param name="options">Valid options; the keys are copied.</param>
    public PayloadCipher(EncryptionOptions options)
    {
        if (!AesGcm.IsSupported)
            throw new PlatformNotSupportedException("Encryption is configured, but this platform has no AES-GCM. Leave Encryption null.");
        CurrentKeyId = options.CurrentKeyId;
        _ciphers = options.Keys.ToFrozenDictionary(pair => pair.Key, pair => new AesGcmPool([.. pair.Value]));
    }

    /// <summary>The key of everything that is encrypted from here on.</summary>
    public uint CurrentKeyId { get; }

    public bool Knows(uint keyId) => _ciphers.ContainsKey(keyId);

    /// <summary>Encrypts with the current key.</summary>
    /// <param name="storedKey">The key that the entry is stored under.</param>
    /// <param name="header">The entry's header as it is stored.</param>
    /// <param name="plaintext">The payload; may be empty.</param>
    /// <param name="destination">Takes <see cref="OverheadBytes"/> more than the payload has. Must not overlap it.</param>
    public void Encrypt(string storedKey, ReadOnlySpan<byte> header, ReadOnlySpan<byte> plaintext, Span<byte> destination)
    {
        Span<byte> nonce = destination[..NonceBytes];
        RandomNumberGenerator.Fill(nonce);
        int size = AssociatedDataSize(storedKey, header);
        byte[]? rented = null;
        Span<byte> associated = size <= StackBytes ? stackalloc byte[StackBytes] : rented = ArrayPool<byte>.Shared.Rent(size);
        associated = associated[..size];
        WriteAssociatedData(storedKey, header, associated);

        AesGcmPool pool = _ciphers[CurrentKeyId];
        AesGcm cipher = pool.Rent();
        cipher.Encrypt(nonce, plaintext, destination[NonceBytes..^TagBytes], destination[^TagBytes..], associated);
        // Not in a finally block: a cipher that threw is in no known state and is left to its finalizer.
        pool.Return(cipher);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>Decrypts and authenticates.</summary>
    /// <param name="keyId">The key, as the header says.</param>
    /// <param name="storedKey">The key that the entry was read from.</param>
    /// <param name="header">The entry's header as it is stored.</param>
    /// <param name="encrypted">Nonce, ciphertext and tag; any bytes at all.</param>
    /// <param name="plaintext">Takes the payload: <see cref="OverheadBytes"/> fewer bytes. Holds nothing of it on failure.</param>
    public DecodeOutcome TryDecrypt(uint keyId, string storedKey, ReadOnlySpan<byte> header, ReadOnlySpan<byte> encrypted, Span<byte> plaintext)
    {
        if (!_ciphers.TryGetValue(keyId, out AesGcmPool? pool))
            return DecodeOutcome.UnknownEncryptionKey;
        int size = AssociatedDataSize(storedKey, header);
        byte[]? rented = null;
        Span<byte> associated = size <= StackBytes ? stackalloc byte[StackBytes] : rented = ArrayPool<byte>.Shared.Rent(size);
        associated = associated[..size];
        WriteAssociatedData(storedKey, header, associated);

        AesGcm cipher = pool.Rent();
        var outcome = DecodeOutcome.Ok;
        try
        {
            cipher.Decrypt(encrypted[..NonceBytes], encrypted[NonceBytes..^TagBytes], encrypted[^TagBytes..], plaintext, associated);
        }
        catch (AuthenticationTagMismatchException)
        {
            outcome = DecodeOutcome.DecryptionFailed;
        }

        pool.Return(cipher);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return outcome;
    }

    public void Dispose()
    {
        foreach (AesGcmPool pool in _ciphers.Values)
            pool.Dispose();
    }

    private static int AssociatedDataSize(string storedKey, ReadOnlySpan<byte> header) =>
        checked(sizeof(int) + header.Length + (storedKey.Length * sizeof(char)));

    private static void WriteAssociatedData(string storedKey, ReadOnlySpan<byte> header, Span<byte> destination)
    {
        BinaryPrimitives.WriteInt32LittleEndian(destination, header.Length);
        header.CopyTo(destination[sizeof(int)..]);
        Utf16LittleEndian.Write(storedKey, destination[(sizeof(int) + header.Length)..]);
    }
}
