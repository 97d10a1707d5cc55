using Larder.Crasher;
using Larder.Persistence;

namespace Larder.Tests.Persistence;

/// <summary>Saves that the operating system refuses.</summary>
public sealed class FaultTests : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(nameof(SaveStep.TemporaryCreated))]
    [InlineData(nameof(SaveStep.Writing))]
    [InlineData(nameof(SaveStep.Written))]
    [InlineData(nameof(SaveStep.Flushed))]
    public void A_failure_at_any_step_before_the_rename_keeps_the_old_file_and_the_next_save_works(string step)
    {
        SaveStep? failing = null;
        using SnapshotFile file = _folder.Open(probe: s =>
        {
            if (s == failing)
                throw new IOException("No space left on device");
        });
        file.Save([Folder.Record("a", "old")]);

        failing = Enum.Parse<SaveStep>(step);
        var e = Assert.Throws<SnapshotException>(() => file.Save([Folder.Record("a", "new")]));

        Assert.Equal(_folder.Snapshot, e.Path);
        Assert.Equal($"The snapshot '{_folder.Snapshot}' could not be saved: No space left on device. The file of the last successful save is kept.", e.Message);
        Assert.Equal(["cache.larder"], _folder.Files);
        Assert.Equal([("a", "old")], Folder.Read(file).Records);

        failing = null;
        file.Save([Folder.Record("a", "new")]);
        Assert.Equal([("a", "new")], Folder.Read(file).Records);
    }

    [Fact]
    public void A_directory_that_cannot_be_flushed_is_no_acknowledgement()
    {
        using SnapshotFile file = _folder.Open(probe: s =>
        {
            if (s == SaveStep.Renamed)
                throw new IOException("Input/output error");
        });

        var e = Assert.Throws<SnapshotException>(() => file.Save([Folder.Record("a", "new")]));

        Assert.Contains("may not survive a power failure", e.Message);
        Assert.Equal([("a", "new")], Folder.Read(file).Records);
    }

    [Fact]
    public void A_lost_permission_is_reported_as_any_failure_is()
    {
        using SnapshotFile file = _folder.Open(probe: s => throw new UnauthorizedAccessException("Access denied."));

        var e = Assert.Throws<SnapshotException>(() => file.Save([]));

        Assert.IsType<UnauthorizedAccessException>(e.InnerException);
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public void A_directory_in_the_snapshots_place_is_left_alone()
    {
        using SnapshotFile file = _folder.Open();
        Directory.CreateDirectory(_folder.Snapshot);

        Assert.Equal(SnapshotLoadStatus.Unreadable, Folder.Read(file).Result.Status);
        Assert.Throws<SnapshotException>(() => file.Save([Folder.Record("a", "1")]));
        Assert.Empty(_folder.Files);

        Directory.Delete(_folder.Snapshot);
        file.Save([Folder.Record("a", "1")]);
        Assert.Equal([("a", "1")], Folder.Read(file).Records);
    }

    [Fact]
    public void A_directory_that_vanishes_fails_saves_until_it_is_back()
    {
        using SnapshotFile file = _folder.Open();
        file.Save([Folder.Record("a", "1")]);
        Directory.Delete(_folder.Root, recursive: true);

        Assert.Throws<SnapshotException>(() => file.Save([Folder.Record("a", "2")]));

        Directory.CreateDirectory(_folder.Root);
        file.Save([Folder.Record("a", "3")]);
        Assert.Equal([("a", "3")], Folder.Read(file).Records);
    }

    [Theory]
    [InlineData("missing/cache.larder")]
    [InlineData("file/cache.larder")]
    public void A_path_without_a_directory_is_a_clear_error_at_start(string path)
    {
        File.WriteAllText(Path.Combine(_folder.Root, "file"), "not a directory");
        string full = Path.Combine(_folder.Root, path);

        var e = Assert.Throws<SnapshotException>(() => new SnapshotFile(new SnapshotOptions { Path = full }));

        Assert.Equal(full, e.Path);
        Assert.Contains($"'{full}' cannot be opened", e.Message);
        Assert.Contains("SnapshotOptions.Path must name a file in an existing directory", e.Message);
    }

    [Fact]
    public void A_disk_that_is_full_in_the_middle_of_a_save_keeps_the_old_file()
    {
        if (OperatingSystem.IsWindows())
            return; // there are no limits on file sizes; the steps above stand for it
        // The limit makes the kernel refuse the write at some offset, as a full disk does; it needs no privilege.
        using Child child = Child.StartAfter("trap '' XFSZ; ulimit -f 8192", "fill", _folder.Snapshot, "20000000");

        string[] lines = child.ReadToEnd();

        Assert.Equal(3, lines.Length);
        Assert.Equal("saved 1", lines[0]);
        Assert.StartsWith($"refused The snapshot '{_folder.Snapshot}' could not be saved: ", lines[1]);
        Assert.Equal("saved 2", lines[2]);
        using SnapshotFile file = _folder.Open();
        Assert.Equal(0, file.RemovedTemporaries);
        var entries = new List<(string, byte[])>();
        file.Load(r => entries.Add((r.Key, r.Value.ToArray())));
        Assert.Equal(2, Contents.GenerationOf(entries));
    }
}
