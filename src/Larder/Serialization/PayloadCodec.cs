using Microsoft.Extensions.Options;

namespace Larder.Serialization;

/// <summary>Turns entries into what stores keep, and back: serializer, compression, encryption and envelope in one. Safe for concurrent use.</summary>
/// <remarks>
/// <para>What is read is data that anybody may have written. Reading answers with a <see cref="DecodeOutcome"/> and
/// does not throw; it makes a value of the type that the caller names and of no other; and what it allocates is
/// bounded by the size of what it was given or, when that is compressed, by the largest payload.</para>
/// <para>Writing throws when the value cannot be written.</para>
/// </remarks>
internal sealed class PayloadCodec : IDisposable
{
    private const int StackHeaderBytes = 256;

    private readonly ICacheSerializer _serializer;
    private readonly CompressionOptions? _compression;
    private readonly PayloadCipher? _cipher;
    private readonly int _maxPayloadBytes;

    /// <exception cref="OptionsValidationException">An option is out of its range; the message names it.</exception>
    public PayloadCodec(ICacheSerializer serializer, CompressionOptions? compression, EncryptionOptions? encryption, int maxPayloadBytes)
    {
        string[] failures = [.. Failures(serializer, compression, encryption, maxPayloadBytes)];
        if (failures.Length > 0)
            throw new OptionsValidationException(nameof(PayloadCodec), typeof(PayloadCodec), failures);
        _serializer = serializer;
        _compression = compression is null ? null : compression with { };
        _cipher = encryption is null ? null : new PayloadCipher(encryption);
        _maxPayloadBytes = maxPayloadBytes;
    }

    /// <summary>What is wrong with these options: each names the option, its value and what would be right.</summary>
    public static IEnumerable<string> Failures(ICacheSerializer serializer, CompressionOptions? compression, EncryptionOptions? encryption, int maxPayloadBytes)
    {
        bool reserved = serializer.Id <= SerializerId.LastReserved && serializer is not (JsonCacheSerializer or MessagePackCacheSerializer or HybridCacheSerializer);
        if (reserved)
            yield return $"Serializer.Id is {serializer.Id} ({serializer.GetType()}), which Larder keeps for itself; it must be {SerializerId.LastReserved + 1} to 255.";
        if (maxPayloadBytes <= 0)
            yield return $"MaxPayloadBytes is {maxPayloadBytes}; it must be 1 or more.";
        foreach (string failure in compression?.Failures() ?? [])
            yield return failure;
        foreach (string failure in encryption?.Failures() ?? [])
            yield return failure;
    }

    /// <summary>Makes the stored form of an entry.</summary>
    /// <param name="storedKey">The key that it is stored under; an encrypted entry can be read under this key only.</param>
    /// <param name="header">What is stored with the value.</param>
    /// <param name="value">The value, which may be <see langword="null"/>.</param>
    /// <param name="terms">What this entry asks of its stored form.</param>
    /// <exception cref="InvalidOperationException">The value cannot be serialized, or is larger than allowed.</exception>
    /// <exception cref="ArgumentException">A tag is empty, or a tag or the ETag is not well-formed text.</exception>
    public byte[] Encode<T>(string storedKey, in EnvelopeHeader header, T value, PayloadTerms terms = default)
    {
        if (value is null)
            return Assemble(storedKey, header, new PayloadFormat(SerializerId.None, null, _cipher?.CurrentKeyId), []);
        if (RawPayload.IsBytes<T>())
            return CompressAndAssemble(storedKey, header, SerializerId.Bytes, Bounded<T>(storedKey, RawPayload.BytesOf(value), terms).Span, terms);

        using var payload = new PooledBufferWriter(limit: LimitUnder(terms));
        byte serializerId = Serialize(storedKey, value, payload);
        return CompressAndAssemble(storedKey, header, serializerId, payload.WrittenSpan, terms);
    }

    /// <summary>Reads what is stored with a value and leaves the value alone. Guards against damage, not against forgery: that takes decoding.</summary>
    public DecodeOutcome TryReadHeader(ReadOnlyMemory<byte> bytes, out EnvelopeHeader header) => TryOpen(bytes, out header, out _, out _);

    /// <inheritdoc cref="TryDecode{T}(string, ReadOnlyMemory{byte}, out EnvelopeHeader, out T, out Exception?)"/>
    public DecodeOutcome TryDecode<T>(string storedKey, ReadOnlyMemory<byte> bytes, out EnvelopeHeader header, out T value) =>
        TryDecode(storedKey, bytes, out header, out value, out _);

    /// <summary>Reads an entry.</summary>
    /// <param name="storedKey">The key that it was found under.</param>
    /// <param name="bytes">What the store gave.</param>
    /// <param name="header">What is stored with the value.</param>
    /// <param name="value">The value; shares no memory with <paramref name="bytes"/>.</param>
    /// <param name="failure">What the serializer threw, for the log.</param>
    public DecodeOutcome TryDecode<T>(string storedKey, ReadOnlyMemory<byte> bytes, out EnvelopeHeader header, out T value, out Exception? failure)
    {
        value = default!;
        failure = null;
        DecodeOutcome outcome = TryOpen(bytes, out header, out PayloadFormat format, out int headerBytes);
        if (outcome != DecodeOutcome.Ok)
            return outcome;
        if (!format.IsNull && !Reads<T>(format.SerializerId))
            return DecodeOutcome.UnknownSerializer;

        ReadOnlyMemory<byte> payload = PayloadOf(bytes, headerBytes);
        PooledBufferWriter? decrypted = null;
        PooledBufferWriter? decompressed = null;
        try
        {
            if (format.EncryptionKeyId is { } keyId)
            {
                decrypted = new PooledBufferWriter(payload.Length);
                outcome = TryDecrypt(keyId, storedKey, bytes.Span[..headerBytes], payload.Span, decrypted);
                payload = decrypted.WrittenMemory;
            }

            if (outcome == DecodeOutcome.Ok && format.Compression is { } algorithm)
            {
                decompressed = new PooledBufferWriter(payload.Length);
                outcome = PayloadCompression.TryDecompress(algorithm, payload, _maxPayloadBytes, decompressed);
                payload = decompressed.WrittenMemory;
            }

            if (outcome != DecodeOutcome.Ok)
                return outcome;
            if (format.IsNull)
                return !payload.IsEmpty ? DecodeOutcome.Malformed : default(T) is null ? DecodeOutcome.Ok : DecodeOutcome.DeserializationFailed;
            return TryDeserialize(format.SerializerId, payload, out value, out failure);
        }
        finally
        {
            decrypted?.Dispose();
            decompressed?.Dispose();
        }
    }

    /// <summary>Puts another header before the same payload, which is not deserialized; an encrypted one is decrypted and encrypted again, with the current key.</summary>
    /// <param name="storedKey">The key that the entry was found under and will be stored under.</param>
    /// <param name="bytes">What the store gave.</param>
    /// <param name="header">The new header.</param>
    /// <param name="rewritten">The new stored form.</param>
    /// <exception cref="ArgumentException">A tag of the new header is empty, or a tag or the ETag is not well-formed text.</exception>
    public DecodeOutcome TryRewrite(string storedKey, ReadOnlyMemory<byte> bytes, in EnvelopeHeader header, out byte[] rewritten)
    {
        rewritten = [];
        DecodeOutcome outcome = TryOpen(bytes, out _, out PayloadFormat format, out int headerBytes);
        if (outcome != DecodeOutcome.Ok)
            return outcome;
        ReadOnlyMemory<byte> payload = PayloadOf(bytes, headerBytes);
        if (format.EncryptionKeyId is not { } keyId)
        {
            rewritten = Assemble(storedKey, header, format, payload.Span);
            return DecodeOutcome.Ok;
        }

        using var decrypted = new PooledBufferWriter(payload.Length);
        outcome = TryDecrypt(keyId, storedKey, bytes.Span[..headerBytes], payload.Span, decrypted);
        if (outcome == DecodeOutcome.Ok)
            rewritten = Assemble(storedKey, header, format with { EncryptionKeyId = _cipher!.CurrentKeyId }, decrypted.WrittenSpan);
        return outcome;
    }

    /// <summary>Copies a value by serializing it as a <typeparamref name="T"/>. A value that cannot change is returned as it is.</summary>
    /// <exception cref="InvalidOperationException">The value cannot be serialized and read back.</exception>
    public T Clone<T>(T value)
    {
        try
        {
            return Copy(value);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"A value of type {typeof(T)} could not be copied for CloneOnRead: {e.Message}", e);
        }
    }

    /// <summary>The same as <see cref="Clone"/>, with the serializer's own exceptions.</summary>
    public T Copy<T>(T value)
    {
        if (ImmutableTypes.Is(value))
            return value;
        if (RawPayload.IsBytes<T>())
        {
            RawPayload.TryRead(SerializerId.Bytes, RawPayload.BytesOf(value).Span, out T? copy);
            return copy!;
        }

        using var payload = new PooledBufferWriter();
        _serializer.Serialize(value, payload);
        return _serializer.Deserialize<T>(payload.WrittenMemory);
    }

    /// <summary>What every further copy of a value can be read from; <see langword="null"/> for a value that is copied without being serialized.</summary>
    /// <exception cref="InvalidOperationException">The value cannot be serialized.</exception>
    public FrozenValue<T>? TryFreeze<T>(T value)
    {
        if (ImmutableTypes.Is(value) || RawPayload.IsBytes<T>())
            return null;
        using var payload = new PooledBufferWriter();
        try
        {
            _serializer.Serialize(value, payload);
            return new FrozenValue<T>(payload.WrittenSpan.ToArray());
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"A value of type {typeof(T)} could not be copied for CloneOnRead: {e.Message}", e);
        }
    }

    /// <summary>A copy of a value that was frozen.</summary>
    public T Thaw<T>(FrozenValue<T> frozen) => _serializer.Deserialize<T>(frozen.Payload);

    /// <summary>Frees the ciphers that are kept; whatever still reads or writes goes on with its own.</summary>
    public void Dispose() => _cipher?.Dispose();

    private static ReadOnlyMemory<byte> PayloadOf(ReadOnlyMemory<byte> bytes, int headerBytes) => bytes[headerBytes..^Crc32C.Size];

    private bool Reads<T>(byte serializerId) => RawPayload.Is<T>() ? RawPayload.Reads<T>(serializerId) : serializerId == _serializer.Id;

    private byte Serialize<T>(string storedKey, T value, PooledBufferWriter payload)
    {
        try
        {
            if (typeof(T) == typeof(string))
                return RawPayload.WriteString((string)(object)value!, payload);
            _serializer.Serialize(value, payload);
            return _serializer.Id;
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"A value of type {typeof(T)} could not be serialized for '{storedKey}': {e.Message}", e);
        }
    }

    private int LimitUnder(PayloadTerms terms) => Math.Min(_maxPayloadBytes, terms.MaxBytes ?? int.MaxValue);

    private ReadOnlyMemory<byte> Bounded<T>(string storedKey, ReadOnlyMemory<byte> payload, PayloadTerms terms) => payload.Length <= LimitUnder(terms)
        ? payload
        : throw new InvalidOperationException($"A value of type {typeof(T)} could not be serialized for '{storedKey}': The payload is larger than {LimitUnder(terms):N0} bytes (MaxPayloadBytes).");

    private byte[] CompressAndAssemble(string storedKey, in EnvelopeHeader header, byte serializerId, ReadOnlySpan<byte> payload, PayloadTerms terms)
    {
        var format = new PayloadFormat(serializerId, null, _cipher?.CurrentKeyId);
        if (_compression is null || terms.Uncompressed || payload.Length < _compression.ThresholdBytes)
            return Assemble(storedKey, header, format, payload);
        using var compressed = new PooledBufferWriter(payload.Length);
        return PayloadCompression.TryCompress(payload, _compression, compressed)
            ? Assemble(storedKey, header, format with { Compression = _compression.Algorithm }, compressed.WrittenSpan)
            : Assemble(storedKey, header, format, payload);
    }

    private byte[] Assemble(string storedKey, in EnvelopeHeader header, in PayloadFormat format, ReadOnlySpan<byte> payload)
    {
        int mostHeaderBytes = Envelope.MaxHeaderBytes(header);
        using PooledBufferWriter? pooled = mostHeaderBytes <= StackHeaderBytes ? null : new PooledBufferWriter(mostHeaderBytes);
        Span<byte> scratch = pooled is null ? stackalloc byte[StackHeaderBytes] : pooled.GetSpan(mostHeaderBytes);
        ReadOnlySpan<byte> headerBytes = scratch[..Envelope.WriteHeader(header, format, scratch)];

        bool encrypt = format.EncryptionKeyId is not null;
        int size = checked(headerBytes.Length + (encrypt ? PayloadCipher.OverheadBytes : 0) + payload.Length + Crc32C.Size);
        byte[] envelope = GC.AllocateUninitializedArray<byte>(size);
        headerBytes.CopyTo(envelope);
        Span<byte> place = envelope.AsSpan(headerBytes.Length..^Crc32C.Size);
        if (encrypt)
            _cipher!.Encrypt(storedKey, headerBytes, payload, place);
        else
            payload.CopyTo(place);
        Envelope.WriteChecksum(envelope);
        return envelope;
    }

    /// <summary>Everything that is checked without a key and without reading the payload.</summary>
    private DecodeOutcome TryOpen(ReadOnlyMemory<byte> bytes, out EnvelopeHeader header, out PayloadFormat format, out int headerBytes)
    {
        DecodeOutcome outcome = Envelope.TryRead(bytes.Span, out header, out format, out headerBytes);
        if (outcome != DecodeOutcome.Ok)
            return outcome;
        int payloadBytes = bytes.Length - headerBytes - Crc32C.Size;
        if (format.EncryptionKeyId is { } keyId)
        {
            if (_cipher is null || !_cipher.Knows(keyId))
                return DecodeOutcome.UnknownEncryptionKey;
            payloadBytes -= PayloadCipher.OverheadBytes;
            if (payloadBytes < 0)
                return DecodeOutcome.Malformed;
        }
        else if (_cipher is not null)
        {
            return DecodeOutcome.NotEncrypted;
        }

        return payloadBytes > _maxPayloadBytes ? DecodeOutcome.TooLarge : DecodeOutcome.Ok;
    }

    private DecodeOutcome TryDecrypt(uint keyId, string storedKey, ReadOnlySpan<byte> header, ReadOnlySpan<byte> encrypted, PooledBufferWriter output)
    {
        int bytes = encrypted.Length - PayloadCipher.OverheadBytes;
        DecodeOutcome outcome = _cipher!.TryDecrypt(keyId, storedKey, header, encrypted, output.GetSpan(bytes)[..bytes]);
        if (outcome == DecodeOutcome.Ok)
            output.Advance(bytes);
        return outcome;
    }

    private DecodeOutcome TryDeserialize<T>(byte serializerId, ReadOnlyMemory<byte> payload, out T value, out Exception? failure)
    {
        failure = null;
        value = default!;
        if (RawPayload.Is<T>())
        {
            bool read = RawPayload.TryRead(serializerId, payload.Span, out T? raw);
            value = raw!;
            return read ? DecodeOutcome.Ok : DecodeOutcome.DeserializationFailed;
        }

        try
        {
            value = _serializer.Deserialize<T>(payload);
            return DecodeOutcome.Ok;
        }
        catch (Exception e)
        {
            failure = e;
            return DecodeOutcome.DeserializationFailed;
        }
    }
}
