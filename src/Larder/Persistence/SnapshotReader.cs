using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using Larder.Serialization;
using Microsoft.Win32.SafeHandles;

namespace Larder.Persistence;

/// <summary>
/// Reads a snapshot that may be anything: every record that is intact is handed out, whatever surrounds it.
/// </summary>
/// <remarks>
/// <para>At each position the reader expects a record or the footer. When neither is there, it looks for the file's marker
/// from the next byte on and counts what it passed over as damaged.</para>
/// <para>Bounds: memory is one window plus the record at hand, which is allocated only after its checksum was verified;
/// work is the file's length, times <see cref="WorkFactor"/> at most when records are forged so that their bytes must be
/// checked again and again.</para>
/// </remarks>
internal sealed class SnapshotReader : IDisposable
{
    private const int WindowLength = 256 * 1024;
    private const int WorkFactor = 3;

    private readonly SafeFileHandle _file;
    private readonly int _maxRecordBytes;
    private readonly Action<SnapshotRecord> _onRecord;
    private readonly long _length;

    // Holds the file's bytes from _windowStart on, _windowCount of them.
    private byte[] _window = ArrayPool<byte>.Shared.Rent(WindowLength);
    private long _windowStart;
    private int _windowCount;

    private ulong _marker;
    private long _checkedInVain;
    private int _records;
    private uint _chain;
    private long _damaged;
    private long _firstDamage = -1;
    private SnapshotFooter? _footer;

    public SnapshotReader(SafeFileHandle file, int maxRecordBytes, Action<SnapshotRecord> onRecord)
    {
        _file = file;
        _maxRecordBytes = maxRecordBytes;
        _onRecord = onRecord;
        _length = RandomAccess.GetLength(file);
    }

    /// <summary>The intact records handed out so far.</summary>
    public int Records => _records;

    public SnapshotLoadResult Read()
    {
        bool hasHeader = SnapshotFormat.TryReadHeader(Peek(0, SnapshotFormat.HeaderLength), out SnapshotHeader header);
        uint version = header.Version;
        _marker = header.Marker;
        if (!hasHeader && !FindMarkerWithoutHeader(out version))
        {
            string reason = _length == 0 ? "the file is empty" : "the file is not a snapshot, or neither its header nor its first record nor its footer is intact";
            return new SnapshotLoadResult(SnapshotLoadStatus.Damaged, FileBytes: _length, DamagedBytes: _length, Reason: reason);
        }

        if (version != SnapshotFormat.Version)
            return new SnapshotLoadResult(SnapshotLoadStatus.UnknownVersion, FileBytes: _length, Reason: $"the file has format version {version}; this library reads version {SnapshotFormat.Version}", Version: version);

        ReadRecords(hasHeader ? SnapshotFormat.HeaderLength : 0);
        return Verdict(hasHeader ? header : null);
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(Interlocked.Exchange(ref _window, []));

    // The marker is also in the footer, and in the first record, whose place is known. Anywhere else it could be the
    // content of a value.
    private bool FindMarkerWithoutHeader(out uint version)
    {
        version = SnapshotFormat.Version;
        if (_length >= SnapshotFormat.FooterLength
            && SnapshotFormat.TryReadFooter(Peek(_length - SnapshotFormat.FooterLength, SnapshotFormat.FooterLength), out SnapshotFooter footer)
            && footer.FileLength == _length)
        {
            version = footer.Version;
            _marker = footer.Marker;
            return true;
        }

        if (!SnapshotFormat.TryReadFrame(Peek(SnapshotFormat.HeaderLength, SnapshotFormat.FrameLength), out SnapshotFrame frame))
            return false;
        _marker = frame.Marker;
        return true;
    }

    private void ReadRecords(long position)
    {
        while (position < _length)
        {
            if (TryReadRecord(position, out long recordLength))
            {
                position += recordLength;
            }
            else if (TryReadFooterAt(position))
            {
                position += SnapshotFormat.FooterLength;
            }
            else
            {
                // Forged frames can overlap without end; what is left is then not worth the time.
                bool tired = _checkedInVain > _length * (WorkFactor - 1);
                long next = tired ? _length : FindMarker(position + 1);
                _firstDamage = _firstDamage < 0 ? position : _firstDamage;
                _damaged += next - position;
                position = next;
            }
        }
    }

    private bool TryReadRecord(long position, out long recordLength)
    {
        recordLength = 0;
        if (!SnapshotFormat.TryReadFrame(Peek(position, SnapshotFormat.FrameLength), out SnapshotFrame frame)
            || frame.Marker != _marker
            || frame.RecordLength > _length - position
            || frame.KeyLength > _maxRecordBytes - frame.ValueLength)
        {
            return false;
        }

        recordLength = frame.RecordLength;
        long body = recordLength - SnapshotFormat.RecordCrcLength;
        uint crc = 0;
        for (long done = 0; done < body;)
        {
            ReadOnlySpan<byte> piece = Peek(position + done, (int)Math.Min(body - done, WindowLength));
            if (piece.Length == 0)
                break; // the file was cut while it was read: the checksum will not match
            crc = Crc32C.Of(piece, crc);
            done += piece.Length;
        }

        ReadOnlySpan<byte> saved = Peek(position + body, SnapshotFormat.RecordCrcLength);
        if (saved.Length < SnapshotFormat.RecordCrcLength || BinaryPrimitives.ReadUInt32LittleEndian(saved) != crc
            || !TryReadKey(position + SnapshotFormat.FrameLength, frame, out string key))
        {
            _checkedInVain += recordLength;
            return false;
        }

        Span<byte> crcBytes = stackalloc byte[SnapshotFormat.RecordCrcLength];
        BinaryPrimitives.WriteUInt32LittleEndian(crcBytes, crc);
        byte[] value = new byte[frame.ValueLength];
        if (!CopyOut(position + SnapshotFormat.FrameLength + frame.KeyLength, value))
            return false;
        _chain = Crc32C.Of(crcBytes, _chain);
        _records++;
        _onRecord(new SnapshotRecord(key, value));
        return true;
    }

    private bool TryReadKey(long position, SnapshotFrame frame, out string key)
    {
        key = "";
        byte[]? rented = frame.KeyLength > WindowLength ? ArrayPool<byte>.Shared.Rent(frame.KeyLength) : null;
        try
        {
            ReadOnlySpan<byte> bytes;
            if (rented is null)
                bytes = Peek(position, frame.KeyLength);
            else if (CopyOut(position, rented.AsSpan(0, frame.KeyLength)))
                bytes = rented.AsSpan(0, frame.KeyLength);
            else
                return false;

            if (bytes.Length < frame.KeyLength)
                return false;
            if (frame.Flags == SnapshotFormat.Utf16Key)
            {
                key = string.Create(bytes.Length / sizeof(char), bytes, static (chars, utf16) =>
                {
                    for (int i = 0; i < chars.Length; i++)
                        chars[i] = (char)BinaryPrimitives.ReadUInt16LittleEndian(utf16[(i * sizeof(char))..]);
                });
                return true;
            }

            // Checksummed but not UTF-8: forged. Replacing characters could make it another entry's key.
            if (!Utf8.IsValid(bytes))
                return false;
            key = Encoding.UTF8.GetString(bytes);
            return true;
        }
        finally
        {
            if (rented is not null)
                ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private bool TryReadFooterAt(long position)
    {
        if (_footer is not null
            || !SnapshotFormat.TryReadFooter(Peek(position, SnapshotFormat.FooterLength), out SnapshotFooter footer)
            || footer.Marker != _marker)
        {
            return false;
        }

        _footer = footer;
        return true;
    }

    private long FindMarker(long from)
    {
        Span<byte> marker = stackalloc byte[SnapshotFormat.MarkerLength];
        BinaryPrimitives.WriteUInt64LittleEndian(marker, _marker);
        while (_length - from >= SnapshotFormat.MarkerLength)
        {
            ReadOnlySpan<byte> window = Peek(from, SnapshotFormat.MarkerLength);
            if (window.Length < SnapshotFormat.MarkerLength)
                break;
            // All of the window from here on, not only what was asked for.
            window = _window.AsSpan((int)(from - _windowStart), _windowCount - (int)(from - _windowStart));
            int found = window.IndexOf(marker);
            if (found >= 0)
                return from + found;
            from += window.Length - (SnapshotFormat.MarkerLength - 1);
        }

        return _length;
    }

    private SnapshotLoadResult Verdict(SnapshotHeader? header)
    {
        var reasons = new List<string>(3);
        if (header is null)
            reasons.Add("the header is damaged");
        if (_damaged > 0)
            reasons.Add($"{_damaged} of {_length} bytes are damaged, the first at offset {_firstDamage}");
        if (_footer is not { } footer)
            reasons.Add("the footer is missing: the file is truncated or damaged at its end");
        else if (footer.Records != _records || footer.Chain != _chain || footer.FileLength != _length)
            reasons.Add($"the footer tells of {footer.Records} records in {footer.FileLength} bytes; {_records} in {_length} bytes are intact or in place");

        return new SnapshotLoadResult(
            reasons.Count == 0 ? SnapshotLoadStatus.Intact : SnapshotLoadStatus.Damaged,
            _records,
            _footer is { } end ? Math.Max(0, end.Records - _records) : null,
            _length,
            _damaged,
            header is { } start ? Timestamp(start.SavedUnixMilliseconds) : null,
            reasons.Count == 0 ? null : string.Join("; ", reasons));
    }

    private static DateTimeOffset? Timestamp(long unixMilliseconds) =>
        unixMilliseconds >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds() && unixMilliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(unixMilliseconds)
            : null;

    // The bytes at a position, at most a window's length of them; fewer at the end of the file. Valid until the next call.
    private ReadOnlySpan<byte> Peek(long position, int count)
    {
        if (position < _windowStart || position + count > _windowStart + _windowCount)
            Fill(position);
        int offset = (int)(position - _windowStart);
        return _window.AsSpan(offset, Math.Clamp(_windowCount - offset, 0, count));
    }

    private void Fill(long position)
    {
        _windowStart = position;
        _windowCount = 0;
        while (_windowCount < WindowLength)
        {
            int read = RandomAccess.Read(_file, _window.AsSpan(_windowCount, WindowLength - _windowCount), position + _windowCount);
            if (read == 0)
                break;
            _windowCount += read;
        }
    }

    private bool CopyOut(long position, Span<byte> to)
    {
        while (to.Length > 0)
        {
            ReadOnlySpan<byte> piece = Peek(position, Math.Min(to.Length, WindowLength));
            if (piece.Length == 0)
                return false;
            piece.CopyTo(to);
            to = to[piece.Length..];
            position += piece.Length;
        }

        return true;
    }
}
