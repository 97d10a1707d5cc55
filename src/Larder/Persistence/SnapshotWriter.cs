using System.Buffers;
using System.Buffers.Binary;
using System.Text.Unicode;
using Larder.Serialization;

namespace Larder.Persistence;

/// <summary>Writes one snapshot into a stream, through one buffer.</summary>
internal sealed class SnapshotWriter : IDisposable
{
    private const int BufferLength = 128 * 1024;

    private readonly Stream _to;
    private readonly ulong _marker;
    private readonly int _maxRecordBytes;
    private readonly Action<SaveStep>? _probe;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
    private byte[] _key = ArrayPool<byte>.Shared.Rent(1024);
    private int _buffered;
    private uint _chain;

    public SnapshotWriter(Stream to, DateTimeOffset saved, ulong marker, int maxRecordBytes, Action<SaveStep>? probe)
    {
        _to = to;
        _marker = marker;
        _maxRecordBytes = maxRecordBytes;
        _probe = probe;
        Span<byte> header = stackalloc byte[SnapshotFormat.HeaderLength];
        SnapshotFormat.WriteHeader(header, saved, marker);
        Write(header);
    }

    public int Records { get; private set; }

    public int Refused { get; private set; }

    public long Bytes { get; private set; }

    public void Append(SnapshotRecord record)
    {
        ReadOnlySpan<byte> key = Encode(record.Key, out uint flags);
        ReadOnlySpan<byte> value = record.Value.Span;
        // A reader believes no larger record, so that a hostile file cannot make it allocate more.
        if (key.Length > _maxRecordBytes - value.Length)
        {
            Refused++;
            return;
        }

        Span<byte> frame = stackalloc byte[SnapshotFormat.FrameLength];
        SnapshotFormat.WriteFrame(frame, new SnapshotFrame(_marker, flags, key.Length, value.Length));
        Span<byte> crc = stackalloc byte[SnapshotFormat.RecordCrcLength];
        BinaryPrimitives.WriteUInt32LittleEndian(crc, Crc32C.Of(value, Crc32C.Of(key, Crc32C.Of(frame))));
        Write(frame);
        Write(key);
        Write(value);
        Write(crc);
        _chain = Crc32C.Of(crc, _chain);
        Records++;
    }

    public void Complete()
    {
        Span<byte> footer = stackalloc byte[SnapshotFormat.FooterLength];
        SnapshotFormat.WriteFooter(
            footer,
            new SnapshotFooter(_marker, SnapshotFormat.Version, Records, Bytes + SnapshotFormat.FooterLength, _chain));
        Write(footer);
        Drain();
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(Interlocked.Exchange(ref _buffer, []));
        ArrayPool<byte>.Shared.Return(Interlocked.Exchange(ref _key, []));
    }

    private ReadOnlySpan<byte> Encode(string key, out uint flags)
    {
        int longest = checked(key.Length * 3);
        if (_key.Length < longest)
        {
            ArrayPool<byte>.Shared.Return(_key);
            _key = ArrayPool<byte>.Shared.Rent(longest);
        }

        if (Utf8.FromUtf16(key, _key, out _, out int written, replaceInvalidSequences: false) == OperationStatus.Done)
        {
            flags = 0;
            return _key.AsSpan(0, written);
        }

        // Replacing a lone surrogate would make two keys one.
        flags = SnapshotFormat.Utf16Key;
        Span<byte> utf16 = _key.AsSpan(0, key.Length * sizeof(char));
        for (int i = 0; i < key.Length; i++)
            BinaryPrimitives.WriteUInt16LittleEndian(utf16[(i * sizeof(char))..], key[i]);
        return utf16;
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        Bytes += bytes.Length;
        if (bytes.Length > _buffer.Length - _buffered)
            Drain();
        if (bytes.Length > _buffer.Length)
        {
            // In pieces, so that a save of one large value has as many points at which a test can stop it.
            for (; bytes.Length > 0; bytes = bytes[Math.Min(bytes.Length, BufferLength)..])
                Pass(bytes[..Math.Min(bytes.Length, BufferLength)]);
            return;
        }

        bytes.CopyTo(_buffer.AsSpan(_buffered));
        _buffered += bytes.Length;
    }

    private void Drain()
    {
        if (_buffered > 0)
            Pass(_buffer.AsSpan(0, _buffered));
        _buffered = 0;
    }

    private void Pass(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _to.Write(bytes);
        }
        catch (ArgumentOutOfRangeException e)
        {
            // What .NET makes of EFBIG: a limit on file sizes, such as FAT's 4 GiB or the process's own.
            throw new IOException("The file is larger than the file system or the process's limit allows.", e);
        }

        _probe?.Invoke(SaveStep.Writing);
    }
}
