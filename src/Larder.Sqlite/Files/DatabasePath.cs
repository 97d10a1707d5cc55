namespace Larder.Sqlite.Files;

/// <summary>What a file is called by all that it lies beside: its log, its lock, and what is moved aside.</summary>
internal static class DatabasePath
{
    /// <summary>The whole path, which stays the same when the process changes its directory; of a symbolic link what it leads to, as SQLite itself sees it.</summary>
    public static string Of(string path)
    {
        string whole = Path.GetFullPath(path);
        try
        {
            return File.ResolveLinkTarget(whole, returnFinalTarget: true)?.FullName ?? whole;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return whole; // Not there yet; or SQLite says what is wrong with it.
        }
    }
}
