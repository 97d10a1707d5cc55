using Larder.Persistence;

namespace Larder.Tests.Persistence;

/// <summary>One file, one owner.</summary>
public sealed class LockTests : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Two_caches_of_one_process_cannot_share_a_file()
    {
        using SnapshotFile first = _folder.Open();

        var e = Assert.Throws<SnapshotInUseException>(() => _folder.Open());

        Assert.Equal((_folder.Snapshot, Environment.ProcessId), (e.Path, e.OwnerProcessId));
        Assert.Contains($"'{_folder.Snapshot}' is in use by another cache of this process ({Environment.ProcessId})", e.Message);
    }

    [Fact]
    public void A_symbolic_link_is_no_way_around()
    {
        string link = Path.Combine(_folder.Root, "link");
        _folder.Write();
        File.CreateSymbolicLink(link, _folder.Snapshot);
        using SnapshotFile first = _folder.Open();

        Assert.Throws<SnapshotInUseException>(() => new SnapshotFile(new SnapshotOptions { Path = link }));
    }

    [Fact]
    public void A_file_that_was_given_up_is_free()
    {
        for (int i = 0; i < 50; i++)
            _folder.Write(("i", i.ToString()));

        Assert.Equal([("i", "49")], _folder.Read().Records);
        Assert.Equal(0, new FileInfo(_folder.Snapshot + ".lock").Length);
    }

    [Fact]
    public void Another_process_is_named_and_its_death_frees_the_file()
    {
        using Child child = Child.Start("hold", _folder.Snapshot);
        Assert.Equal("holding", child.ReadLine());

        var e = Assert.Throws<SnapshotInUseException>(() => _folder.Open());
        Assert.Equal(child.Id, e.OwnerProcessId);
        Assert.Contains($"is in use by process {child.Id}", e.Message);

        child.Kill();
        _folder.Write(("a", "1"));
        Assert.Equal([("a", "1")], _folder.Read().Records);
    }

    [Fact]
    public void Another_process_is_refused_and_removes_nothing_of_ours()
    {
        using SnapshotFile file = _folder.Open();
        string temporary = _folder.Snapshot + ".tmp-" + Guid.NewGuid().ToString("N");
        File.WriteAllText(temporary, "a save that is under way");

        using Child child = Child.Start("hold", _folder.Snapshot);

        Assert.StartsWith($"in use The snapshot '{_folder.Snapshot}' is in use by process {Environment.ProcessId}", child.ReadLine());
        Assert.True(File.Exists(temporary));
    }
}
