using System.Globalization;
using System.Text.RegularExpressions;

namespace Larder.Persistence;

/// <summary>The files beside a snapshot: temporary ones, and those kept aside. Knows their names and how to flush the directory.</summary>
internal sealed partial class SnapshotFolder
{
    private readonly string _path;
    private readonly string _directory;
    private readonly string _name;

    public SnapshotFolder(string snapshotPath)
    {
        _path = snapshotPath;
        _directory = Path.GetDirectoryName(snapshotPath)!;
        _name = Path.GetFileName(snapshotPath);
    }

    /// <summary>A name that no other save has.</summary>
    public string NewTemporary() => $"{_path}.tmp-{Guid.NewGuid():N}";

    /// <summary>Deletes what killed saves left. Only the owner of the lock may: it knows that no save is under way.</summary>
    public int DeleteTemporaries()
    {
        int deleted = 0;
        foreach ((string file, _) in Beside(TemporarySuffix()))
        {
            if (TryDelete(file))
                deleted++;
        }

        return deleted;
    }

    /// <summary>Gives the snapshot a second name, so that the save that replaces it does not destroy it, and deletes the oldest such files.</summary>
    /// <param name="kind">What the name says about it, such as <c>corrupt</c>.</param>
    /// <param name="now">Goes into the name.</param>
    /// <param name="keep">How many such files may stay, this one included.</param>
    /// <returns>The second name, or <see langword="null"/> when there was nothing to keep.</returns>
    public string? KeepAside(string kind, DateTimeOffset now, int keep)
    {
        if (keep == 0 || !File.Exists(_path))
            return null;
        string stamp = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss.fff'Z'", CultureInfo.InvariantCulture);
        string aside = $"{_path}.{kind}-{stamp}";
        for (int i = 2; !TryLink(aside); i++)
            aside = string.Create(CultureInfo.InvariantCulture, $"{_path}.{kind}-{stamp}-{i}");

        // By the time in the name, not the file's: that one is the time of its last good save.
        foreach ((string old, _) in Beside(AsideSuffix()).Where(f => f.File != aside).OrderByDescending(f => f.Stamp, StringComparer.Ordinal).Skip(keep - 1))
            TryDelete(old);
        return aside;
    }

    /// <summary>Puts the directory on the disk. Windows does so by itself.</summary>
    public void Flush()
    {
        if (!OperatingSystem.IsWindows())
            PosixFile.FlushDirectory(_directory);
    }

    /// <summary>Deletes a file that is not needed any more; one that cannot be deleted is in nobody's way.</summary>
    public static bool TryDelete(string path)
    {
        try
        {
            File.Delete(path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private bool TryLink(string aside)
    {
        if (!OperatingSystem.IsWindows())
        {
            try
            {
                return PosixFile.TryLink(_path, aside);
            }
            catch (IOException)
            {
                // A file system without links, or one that forbids them: copy.
            }
        }

        if (File.Exists(aside))
            return false;
        File.Copy(_path, aside);
        return true;
    }

    // Ours alone: the snapshot's name and then exactly what we append, so that "cache" never touches files of "cache.tmp".
    private List<(string File, string Stamp)> Beside(Regex suffix)
    {
        var files = new List<(string, string)>();
        foreach (string file in Directory.EnumerateFiles(_directory))
        {
            string name = Path.GetFileName(file);
            if (name.StartsWith(_name, StringComparison.Ordinal) && suffix.Match(name[_name.Length..]) is { Success: true } match)
                files.Add((file, match.Groups["stamp"].Value));
        }

        return files;
    }

    [GeneratedRegex(@"^\.tmp-(?<stamp>[0-9a-f]{32})\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TemporarySuffix();

    [GeneratedRegex(@"^\.(corrupt|version[0-9]{1,10}|unreadable)-(?<stamp>[0-9]{8}T[0-9]{6}\.[0-9]{3}Z(-[0-9]{1,10})?)\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AsideSuffix();
}
