using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Larder.Persistence;

/// <summary>The calls of POSIX that .NET does not offer: flushing a directory, a second name for a file, opening without locking.</summary>
internal static partial class PosixFile
{
    private const int ReadOnly = 0;
    private static readonly int CloseOnExec = OperatingSystem.IsLinux() ? 0x80000 : OperatingSystem.IsMacOS() ? 0x1000000 : 0;

    // Numbers that all systems share.
    private const int Interrupted = 4; // EINTR
    private const int Exists = 17; // EEXIST
    private const int Invalid = 22; // EINVAL

    /// <summary>Puts the directory's entries on the disk: a rename is durable only after this.</summary>
    public static void FlushDirectory(string path)
    {
        using SafeFileHandle directory = OpenToRead(path);
        while (FSync(directory) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            // Some network and user-space file systems cannot flush a directory and say so by EINVAL; theirs is then the promise.
            if (error == Invalid)
                return;
            if (error != Interrupted)
                throw Failure("flush the directory", path, error);
        }
    }

    /// <summary>Opens a file or directory without taking part in locking, as FileStream always does.</summary>
    public static SafeFileHandle OpenToRead(string path)
    {
        while (true)
        {
            SafeFileHandle handle = Open(path, ReadOnly | CloseOnExec);
            if (!handle.IsInvalid)
                return handle;
            int error = Marshal.GetLastPInvokeError();
            handle.Dispose();
            if (error != Interrupted)
                throw Failure("open", path, error);
        }
    }

    /// <summary>Gives a file a second name. False when that name is taken.</summary>
    public static bool TryLink(string path, string secondPath)
    {
        if (Link(path, secondPath) == 0)
            return true;
        int error = Marshal.GetLastPInvokeError();
        return error == Exists ? false : throw Failure("link", path, error);
    }

    private static IOException Failure(string verb, string path, int error) =>
        new($"Could not {verb} '{path}': {Marshal.GetPInvokeErrorMessage(error)}.", error);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int FSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Link(string path, string secondPath);
}
