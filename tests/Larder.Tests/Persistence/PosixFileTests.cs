using Larder.Persistence;

namespace Larder.Tests.Persistence;

/// <summary>The calls that .NET does not offer, where there is POSIX.</summary>
public sealed class PosixFileTests : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_directory_is_flushed_and_a_missing_one_is_an_error_that_names_it()
    {
        if (OperatingSystem.IsWindows())
            return; // flushes directories by itself
        PosixFile.FlushDirectory(_folder.Root);

        var e = Assert.Throws<IOException>(() => PosixFile.FlushDirectory(_folder.Root + "/gone"));
        Assert.Equal($"Could not open '{_folder.Root}/gone': No such file or directory.", e.Message);
    }

    [Fact]
    public void A_name_that_is_taken_is_told_apart_from_a_failure()
    {
        if (OperatingSystem.IsWindows())
            return; // copies instead
        File.WriteAllText(_folder.Snapshot, "content");
        string second = Path.Combine(_folder.Root, "zweiter-名");

        Assert.True(PosixFile.TryLink(_folder.Snapshot, second));
        Assert.False(PosixFile.TryLink(_folder.Snapshot, second));
        Assert.Throws<IOException>(() => PosixFile.TryLink(_folder.Root + "/gone", second + "2"));
        Assert.Equal("content", File.ReadAllText(second));
    }
}
