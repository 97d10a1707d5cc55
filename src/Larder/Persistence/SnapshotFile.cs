using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace Larder.Persistence;

/// <summary>The snapshot: one file, owned by one cache, that always holds the last acknowledged save or a newer one.</summary>
/// <remarks>
/// A save writes a temporary file in the same directory, flushes it to the disk, renames it over the old file and flushes
/// the directory. At each instant the snapshot's name stands for a whole file: the old one before the rename, the new
/// one after it. A failed save leaves the old file and removes its temporary one.
/// </remarks>
internal sealed class SnapshotFile : IDisposable
{
    /// <summary>The most bytes of key and value in one record, unless the owner says otherwise.</summary>
    public const int DefaultMaxRecordBytes = 128 * 1024 * 1024;

    // Room for key, times, tags and validator beside the payload, and for what encryption adds.
    private const int RecordOverheadBytes = 16 * 1024 * 1024;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // One save or load at a time, and none after the lock on the file is given up.
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly int _keepCorrupt;
    private readonly int _maxRecordBytes;
    private readonly SnapshotFolder _folder;
    private readonly SnapshotLock _lock;
    private bool _loaded;
    private bool _disposed;

    // What the file that the next save replaces is called when it is kept aside; null when it need not be kept.
    private string? _keepAsideAs;

    // Where it was kept aside by a save that failed afterwards; the next one reports it.
    private string? _keptAside;

    /// <summary>The most bytes of one record in the file of a cache that keeps payloads of at most so many bytes.</summary>
    public static int RecordLimit(int maxPayloadBytes) => (int)Math.Min((long)maxPayloadBytes + RecordOverheadBytes, Array.MaxLength);

    /// <summary>Takes the file for this cache and removes what killed saves left.</summary>
    /// <exception cref="ArgumentException">The options are wrong.</exception>
    /// <exception cref="SnapshotInUseException">Another cache has the file.</exception>
    /// <exception cref="SnapshotException">The directory is missing or not writable.</exception>
    public SnapshotFile(SnapshotOptions options, TimeProvider? time = null, int maxRecordBytes = DefaultMaxRecordBytes)
    {
        if (options.Errors().FirstOrDefault() is { } error)
            throw new ArgumentException(error, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxRecordBytes);
        _time = time ?? TimeProvider.System;
        _keepCorrupt = options.KeepCorrupt;
        _maxRecordBytes = maxRecordBytes;
        Path = System.IO.Path.GetFullPath(options.Path);
        try
        {
            Path = Resolve(Path);
            _folder = new SnapshotFolder(Path);
            _lock = SnapshotLock.Acquire(Path);
            RemovedTemporaries = _folder.DeleteTemporaries();
        }
        catch (Exception e) when (e is (IOException or UnauthorizedAccessException) and not SnapshotException)
        {
            _lock?.Dispose();
            throw new SnapshotException($"The snapshot '{Path}' cannot be opened: {e.Message.TrimEnd('.')}. SnapshotOptions.Path must name a file in an existing directory in which this process may create files.", e) { Path = Path };
        }
    }

    /// <summary>The full path, symbolic links resolved: a rename would replace the link and not the file.</summary>
    public string Path { get; }

    /// <summary>How many temporary files of killed saves were removed at start.</summary>
    public int RemovedTemporaries { get; }

    /// <summary>Called after each step of a save, for tests that stop it there.</summary>
    public Action<SaveStep>? Probe { get; init; }

    /// <summary>Makes each save's marker; tests need a known one.</summary>
    public Func<ulong> NewMarker { get; init; } = RandomMarker;

    /// <summary>Reads the file, handing out every intact record in the order in which they were saved.</summary>
    /// <param name="onRecord">Called for each record. What it throws ends the load and reaches the caller.</param>
    /// <returns>What was found. A file that cannot be read is a result, not an exception: a cache starts without it.</returns>
    public SnapshotLoadResult Load(Action<SnapshotRecord> onRecord)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            SnapshotLoadResult result = Read(onRecord);
            _loaded = true;
            _keepAsideAs = result.Status switch
            {
                SnapshotLoadStatus.Damaged when result.FileBytes > 0 => "corrupt",
                SnapshotLoadStatus.UnknownVersion => $"version{result.Version}",
                SnapshotLoadStatus.Unreadable => "unreadable",
                _ => null,
            };
            return result;
        }
    }

    /// <summary>Replaces the file by one that holds <paramref name="records"/>. When it returns, they are on the disk.</summary>
    /// <exception cref="SnapshotException">The operating system refused; the old file is still there.</exception>
    /// <exception cref="InvalidOperationException">There is a file and it was not loaded: saving would destroy it unseen.</exception>
    public SnapshotSaveResult Save(IEnumerable<SnapshotRecord> records)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_loaded && File.Exists(Path))
                throw new InvalidOperationException($"The snapshot '{Path}' exists and was not loaded. Load it before the first save, which would overwrite it.");

            long started = _time.GetTimestamp();
            string temporary = _folder.NewTemporary();
            bool renamed = false;
            try
            {
                (int count, int refused, long bytes) = WriteTemporary(temporary, records);
                KeepAside();
                File.Move(temporary, Path, overwrite: true);
                renamed = true;
                _loaded = true;
                Probe?.Invoke(SaveStep.Renamed);
                _folder.Flush();
                Probe?.Invoke(SaveStep.DirectoryFlushed);
                var result = new SnapshotSaveResult(count, refused, bytes, _time.GetElapsedTime(started), _keptAside);
                _keptAside = null;
                return result;
            }
            catch (Exception e)
            {
                if (!renamed)
                    SnapshotFolder.TryDelete(temporary);
                if (e is not (IOException or UnauthorizedAccessException))
                    throw;
                string kept = renamed ? "The new file is in place but may not survive a power failure." : "The file of the last successful save is kept.";
                throw new SnapshotException($"The snapshot '{Path}' could not be saved: {e.Message.TrimEnd('.')}. {kept}", e) { Path = Path };
            }
        }
    }

    /// <summary>Gives the file up for other caches. Saves nothing.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
            _lock.Dispose();
        }
    }

    private static string Resolve(string path) =>
        new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;

    // A version 4 GUID comes from the operating system's secure generator, without loading a library for cryptography.
    // Folding it covers the six bits that are the same in all of them.
    private static ulong RandomMarker()
    {
        UInt128 random = Unsafe.BitCast<Guid, UInt128>(Guid.NewGuid());
        return (ulong)(random >> 64) ^ (ulong)random;
    }

    private SnapshotLoadResult Read(Action<SnapshotRecord> onRecord)
    {
        int records = 0;
        void Count(SnapshotRecord record)
        {
            // What the receiver throws is not the file's fault and must not pass for it.
            try
            {
                onRecord(record);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new InvalidOperationException($"The receiver of the snapshot's records failed: {e.Message}", e);
            }

            records++;
        }

        try
        {
            using SafeFileHandle file = File.OpenHandle(Path, share: FileShare.ReadWrite | FileShare.Delete, options: FileOptions.SequentialScan);
            using var reader = new SnapshotReader(file, _maxRecordBytes, Count);
            return reader.Read();
        }
        catch (FileNotFoundException)
        {
            return new SnapshotLoadResult(SnapshotLoadStatus.Missing);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new SnapshotLoadResult(SnapshotLoadStatus.Unreadable, records, Reason: $"the file cannot be read: {e.Message}", Error: e);
        }
    }

    private (int Records, int Refused, long Bytes) WriteTemporary(string temporary, IEnumerable<SnapshotRecord> records)
    {
        using FileStream stream = CreateTemporary(temporary);
        Probe?.Invoke(SaveStep.TemporaryCreated);
        using var writer = new SnapshotWriter(stream, _time.GetUtcNow(), NewMarker(), _maxRecordBytes, Probe);
        foreach (SnapshotRecord record in records)
            writer.Append(record);
        writer.Complete();
        Probe?.Invoke(SaveStep.Written);
        stream.Flush(flushToDisk: true);
        Probe?.Invoke(SaveStep.Flushed);
        return (writer.Records, writer.Refused, writer.Bytes);
    }

    private FileStream CreateTemporary(string temporary)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        if (OperatingSystem.IsWindows())
            return new FileStream(temporary, options);

        // Nobody else may read what is cached, unless the administrator opened the file to them; never wider in between.
        options.UnixCreateMode = OwnerOnly;
        var stream = new FileStream(temporary, options);
        if (File.Exists(Path) && File.GetUnixFileMode(Path) is var mode && mode != OwnerOnly)
            File.SetUnixFileMode(stream.SafeFileHandle, mode);
        return stream;
    }

    private void KeepAside()
    {
        if (_keepAsideAs is null)
            return;
        _keptAside = _folder.KeepAside(_keepAsideAs, _time.GetUtcNow(), _keepCorrupt);
        // Once is enough: a save that fails after this leaves the same file in place.
        _keepAsideAs = null;
        Probe?.Invoke(SaveStep.KeptAside);
    }
}
