using System.Globalization;
using Larder.Sqlite.Diagnostics;

namespace Larder.Sqlite.Files;

/// <summary>Opens the file whatever is wrong with it: one that is damaged is moved aside, and an empty one takes its place.</summary>
/// <remarks>
/// Several processes may find the damage at once. Who has the lock on <c>….lock</c> looks again: when the file opens by now, and
/// is not the one that was found to be damaged, another has replaced it already. The file goes first and its log after it: a process that
/// dies in between, or somebody who removes the file alone, leaves a log without a file. Nobody makes a file without that lock, so that
/// nobody's new log is taken for the old one.
/// </remarks>
internal sealed class DamagedFile(SqliteStoreOptions options, SqliteTelemetry telemetry)
{
    private static readonly TimeSpan LockRetry = TimeSpan.FromMilliseconds(5);

    /// <summary>Opens the file, which may be damaged.</summary>
    /// <param name="damaged">The identity of the file in which damage was found, if that is why it is opened again.</param>
    /// <param name="reason">The damage that was found.</param>
    /// <exception cref="SqliteStoreException">It can neither be opened nor replaced.</exception>
    public Connection OpenOrReplace(byte[]? damaged, SqliteStoreException? reason)
    {
        if (reason is null && IsThere)
        {
            try
            {
                return Open(out _, create: false);
            }
            catch (SqliteStoreException error) when (error.Failure == SqliteFailure.Damaged)
            {
                reason = error;
            }
            catch (SqliteStoreException) when (!IsThere)
            {
                // Gone meanwhile.
            }
        }

        using FileStream held = Lock(reason);
        try
        {
            Connection connection = OpenOrMake(out byte[] identity);
            if (damaged is null || !identity.AsSpan().SequenceEqual(damaged))
                return connection;
            connection.Dispose();
            reason ??= new SqliteStoreException(SqliteFailure.Damaged, $"SQLite '{options.Path}' is damaged.");
        }
        catch (SqliteStoreException error) when (error.Failure == SqliteFailure.Damaged)
        {
            reason = error;
        }

        MoveAside(reason);
        return OpenOrMake(out _);
    }

    private bool IsThere => new FileInfo(options.Path) is { Exists: true, Length: > 0 };

    // Under the lock.
    private Connection OpenOrMake(out byte[] identity)
    {
        if (!File.Exists(options.Path))
            DropLog();
        return Open(out identity, create: true);
    }

    // Whoever had the file that is gone still has its shared memory mapped. SQLite would cut that short for the new file, if they are of this process: a
    // read of it then ends the process, and a look of theirs at it undoes what the new file's connections wrote there.
    private void DropLog()
    {
        try
        {
            File.Delete(options.Path + "-wal");
            File.Delete(options.Path + "-shm");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SqliteStoreException(SqliteFailure.Unreachable, $"SQLite '{options.Path}' cannot be made, for the log of a file that lay there cannot be removed: {error.Message}", innerException: error);
        }
    }

    private Connection Open(out byte[] identity, bool create)
    {
        Connection connection = Schema.Open(options, create);
        try
        {
            identity = Schema.Identity(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void MoveAside(SqliteStoreException reason)
    {
        string aside = string.Create(CultureInfo.InvariantCulture, $"{options.Path}.corrupt-{options.TimeProvider.GetUtcNow():yyyyMMdd'T'HHmmssfff'Z'}");
        for (int i = 1; File.Exists(aside); i++)
            aside = string.Create(CultureInfo.InvariantCulture, $"{options.Path}.corrupt-{options.TimeProvider.GetUtcNow():yyyyMMdd'T'HHmmssfff'Z'}-{i}");
        try
        {
            File.Move(options.Path, aside);
            MoveCompanion("-wal");
            MoveCompanion("-shm");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SqliteStoreException(SqliteFailure.Damaged, $"SQLite '{options.Path}' is damaged ({reason.Message}) and cannot be moved aside: {error.Message}", reason.ErrorCode, error);
        }

        telemetry.Replaced(reason.Message, aside);
        Prune();

        void MoveCompanion(string suffix)
        {
            try
            {
                File.Move(options.Path + suffix, aside + suffix);
            }
            catch (FileNotFoundException)
            {
                // Whoever closes the file last deletes them, maybe just now.
            }
        }
    }

    private void Prune()
    {
        try
        {
            string start = options.Path + ".corrupt-";
            IEnumerable<string> kept = Directory.EnumerateFiles(Path.GetDirectoryName(options.Path)!).Where(file => file.StartsWith(start, StringComparison.Ordinal) && !IsCompanion(file));
            foreach (string old in kept.OrderDescending(StringComparer.Ordinal).Skip(options.DamagedFilesKept).ToArray())
            {
                File.Delete(old);
                File.Delete(old + "-wal");
                File.Delete(old + "-shm");
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            telemetry.UpkeepFailed(error); // They take room, and nobody's turn.
        }
    }

    private static bool IsCompanion(string file) => file.EndsWith("-wal", StringComparison.Ordinal) || file.EndsWith("-shm", StringComparison.Ordinal);

    private FileStream Lock(SqliteStoreException? reason)
    {
        Schema.MakeDirectory(options.Path);
        long began = options.TimeProvider.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(options.Path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                if (error is UnauthorizedAccessException or DirectoryNotFoundException || options.TimeProvider.GetElapsedTime(began) >= options.BusyTimeout)
                {
                    throw reason is null
                        ? new SqliteStoreException(SqliteFailure.Unreachable, $"SQLite '{options.Path}' cannot be made: {error.Message}", innerException: error)
                        : new SqliteStoreException(SqliteFailure.Damaged, $"SQLite '{options.Path}' is damaged ({reason.Message}) and cannot be replaced: {error.Message}", reason.ErrorCode, error);
                }
            }

            Thread.Sleep(LockRetry);
        }
    }
}
