using System.Security.Cryptography;

namespace Larder.Serialization;

/// <summary>
/// The ciphers of one key. An <see cref="AesGcm"/> is not safe for concurrent use (over OpenSSL it is one mutable
/// context), and making one costs an allocation and the key schedule; so each is used by one thread at a time and kept.
/// </summary>
internal sealed class AesGcmPool(byte[] key) : IDisposable
{
    // Each slot is null or holds a cipher that nobody uses. Interlocked.Exchange hands it to exactly one taker.
    private readonly AesGcm?[] _slots = new AesGcm?[Environment.ProcessorCount];

    public AesGcm Rent()
    {
        int start = Thread.GetCurrentProcessorId();
        for (int i = 0; i < _slots.Length; i++)
        {
            if (Interlocked.Exchange(ref SlotAt(start + i), null) is { } cipher)
                return cipher;
        }

        return new AesGcm(key, PayloadCipher.TagBytes);
    }

    public void Return(AesGcm cipher)
    {
        int start = Thread.GetCurrentProcessorId();
        for (int i = 0; i < _slots.Length; i++)
        {
            if (Interlocked.CompareExchange(ref SlotAt(start + i), cipher, null) is null)
                return;
        }

        cipher.Dispose();
    }

    /// <summary>Frees what is kept. Whoever still reads or writes goes on with ciphers of its own.</summary>
    public void Dispose()
    {
        for (int i = 0; i < _slots.Length; i++)
            Interlocked.Exchange(ref _slots[i], null)?.Dispose();
    }

    private ref AesGcm? SlotAt(int index) => ref _slots[(uint)index % (uint)_slots.Length];
}
