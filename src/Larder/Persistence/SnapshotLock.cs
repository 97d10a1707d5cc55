using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Larder.Persistence;

/// <summary>The right to write one snapshot: one cache of one process has it at a time.</summary>
/// <remarks>
/// <para>It is an exclusive lock of the operating system (<c>flock</c> on Unix) on a file beside the snapshot, so it ends with
/// its process, however that ends, and is never stale. It also excludes a second cache of the same process.</para>
/// <para>The file stays when the lock is given up. Deleting it would let two caches in: one that opened the file before
/// it was deleted and locks it after, and one that makes it anew. It holds its owner's process id, for the error message only.</para>
/// <para>Where a file system cannot lock (some network mounts), .NET goes on without.</para>
/// </remarks>
internal sealed class SnapshotLock : IDisposable
{
    // A process that is being started holds copies of its parent's open files, and so a lock that the parent has
    // just given up, until its program is loaded: some milliseconds.
    private const int Attempts = 5;
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(20);

    private readonly FileStream _file;

    private SnapshotLock(FileStream file) => _file = file;

    /// <exception cref="SnapshotInUseException">Another cache has it.</exception>
    public static SnapshotLock Acquire(string snapshotPath)
    {
        string path = snapshotPath + ".lock";
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                FileStream file = Open(path);
                WriteOwner(file);
                return new SnapshotLock(file);
            }
            catch (IOException e) when (IsHeldByOther(e))
            {
                if (attempt == Attempts)
                    throw InUse(snapshotPath, path, e);
                Thread.Sleep(BetweenAttempts);
            }
        }
    }

    public void Dispose()
    {
        try
        {
            _file.SetLength(0);
        }
        catch (IOException)
        {
            // The id of a process that is gone misleads nobody: it is only read while the lock is held.
        }

        _file.Dispose();
    }

    private static FileStream Open(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            // On Unix only None means an exclusive lock; on Windows Read does, and lets the owner's id be read.
            Share = OperatingSystem.IsWindows() ? FileShare.Read : FileShare.None,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    private static void WriteOwner(FileStream file)
    {
        try
        {
            file.SetLength(0);
            file.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n"));
        }
        catch (IOException)
        {
            // A full disk: the lock holds without the id.
        }
    }

    private static SnapshotInUseException InUse(string snapshotPath, string lockPath, IOException cause)
    {
        int? owner = ReadOwner(lockPath);
        string who = owner is null ? "another cache"
            : owner == Environment.ProcessId ? $"another cache of this process ({owner})"
            : $"process {owner}";
        return new SnapshotInUseException(
            $"The snapshot '{snapshotPath}' is in use by {who}. Give each cache a file of its own, or share one through a store such as SQLite or Redis. (Its lock is '{lockPath}'.)", cause)
        {
            Path = snapshotPath,
            OwnerProcessId = owner,
        };
    }

    private static int? ReadOwner(string path)
    {
        try
        {
            using SafeFileHandle handle = OperatingSystem.IsWindows()
                ? File.OpenHandle(path, share: FileShare.ReadWrite)
                : PosixFile.OpenToRead(path);
            Span<byte> text = stackalloc byte[16];
            int length = RandomAccess.Read(handle, text, 0);
            return int.TryParse(text[..length].TrimEnd((byte)'\n'), NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? id : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // the message does without
        }
    }

    // What .NET throws for EWOULDBLOCK from flock, and for a sharing violation on Windows.
    private static bool IsHeldByOther(IOException e) =>
        e.GetType() == typeof(IOException) && (OperatingSystem.IsWindows() ? (e.HResult & 0xFFFF) == 32 : e.HResult == WouldBlock);

    private static readonly int WouldBlock = OperatingSystem.IsMacOS() || OperatingSystem.IsFreeBSD() ? 35 : 11;
}
