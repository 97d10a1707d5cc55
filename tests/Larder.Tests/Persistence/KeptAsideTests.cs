using Larder.Persistence;
using Larder.Serialization;

namespace Larder.Tests.Persistence;

/// <summary>Damaged files, and files of a newer version, are not destroyed by the save that replaces them.</summary>
public sealed class KeptAsideTests : IDisposable
{
    private readonly Folder _folder = new();
    private readonly ManualTimeProvider _time = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_damaged_file_is_kept_aside_byte_for_byte_by_the_save_that_replaces_it()
    {
        byte[] damaged = WriteDamaged();
        using SnapshotFile file = _folder.Open(_time);
        file.Load(_ => { });
        Assert.Equal(["cache.larder"], _folder.Files);

        SnapshotSaveResult saved = file.Save([Folder.Record("a", "new")]);

        Assert.Equal(_folder.Snapshot + ".corrupt-20260101T000000.000Z", saved.KeptAside);
        Assert.Equal(damaged, File.ReadAllBytes(saved.KeptAside!));
        Assert.Equal([("a", "new")], Folder.Read(file).Records);
    }

    [Fact]
    public void It_is_kept_once()
    {
        WriteDamaged();
        using SnapshotFile file = _folder.Open(_time);
        file.Load(_ => { });
        file.Save([]);

        Assert.Null(file.Save([]).KeptAside);
        Assert.Equal(2, _folder.Files.Length);
    }

    [Fact]
    public void A_save_that_fails_after_keeping_it_does_not_keep_it_again()
    {
        WriteDamaged();
        SaveStep failing = SaveStep.KeptAside;
        using SnapshotFile file = _folder.Open(_time, probe: s =>
        {
            if (s == failing)
                throw new IOException("pulled");
        });
        file.Load(_ => { });
        Assert.Throws<SnapshotException>(() => file.Save([]));
        failing = SaveStep.None;

        Assert.Equal(_folder.Snapshot + ".corrupt-20260101T000000.000Z", file.Save([]).KeptAside);
        Assert.Equal(["cache.larder", "cache.larder.corrupt-20260101T000000.000Z"], _folder.Files);
    }

    [Fact]
    public void Until_a_save_succeeds_the_next_start_finds_what_this_one_found()
    {
        byte[] damaged = WriteDamaged();
        using (SnapshotFile file = _folder.Open())
            file.Load(_ => { });

        Assert.Equal([("a", "1")], _folder.Read().Records);
        Assert.Equal(damaged, File.ReadAllBytes(_folder.Snapshot));
    }

    [Fact]
    public void Only_the_newest_are_kept()
    {
        File.WriteAllText(_folder.Snapshot + ".corrupt-note", "not ours");
        for (int i = 0; i < 5; i++)
        {
            WriteDamaged();
            using SnapshotFile file = _folder.Open(_time, keepCorrupt: 2);
            file.Load(_ => { });
            file.Save([]);
            _time.Advance(TimeSpan.FromHours(i));
        }

        Assert.Equal(["cache.larder", "cache.larder.corrupt-20260101T030000.000Z", "cache.larder.corrupt-20260101T060000.000Z", "cache.larder.corrupt-note"], _folder.Files);
    }

    [Fact]
    public void Two_of_the_same_millisecond_are_both_kept()
    {
        for (int i = 0; i < 3; i++)
        {
            WriteDamaged();
            using SnapshotFile file = _folder.Open(_time);
            file.Load(_ => { });
            file.Save([]);
        }

        Assert.Equal(4, _folder.Files.Length);
    }

    [Fact]
    public void None_is_kept_when_none_is_wanted()
    {
        WriteDamaged();
        using SnapshotFile file = _folder.Open(keepCorrupt: 0);
        file.Load(_ => { });

        Assert.Null(file.Save([]).KeptAside);
        Assert.Equal(["cache.larder"], _folder.Files);
    }

    [Fact]
    public void A_newer_version_is_not_read_and_not_destroyed()
    {
        _folder.Write(("a", "1"));
        byte[] newer = File.ReadAllBytes(_folder.Snapshot);
        newer[8] = 2;
        BitConverter.TryWriteBytes(newer.AsSpan(32), Crc32C.Of(newer.AsSpan(0, 32)));
        File.WriteAllBytes(_folder.Snapshot, newer);
        using SnapshotFile file = _folder.Open(_time);

        (SnapshotLoadResult result, List<(string, string)> records) = Folder.Read(file);

        Assert.Equal((SnapshotLoadStatus.UnknownVersion, 2u), (result.Status, result.Version));
        Assert.Equal("the file has format version 2; this library reads version 1", result.Reason);
        Assert.Empty(records);
        Assert.Equal(_folder.Snapshot + ".version2-20260101T000000.000Z", file.Save([]).KeptAside);
        Assert.Equal(newer, File.ReadAllBytes(_folder.Snapshot + ".version2-20260101T000000.000Z"));
    }

    [Fact]
    public void A_damaged_version_number_is_damage_and_not_another_version()
    {
        _folder.Write(("a", "1"));
        byte[] damaged = File.ReadAllBytes(_folder.Snapshot);
        damaged[8] = 2;
        File.WriteAllBytes(_folder.Snapshot, damaged);

        (SnapshotLoadResult result, List<(string, string)> records) = _folder.Read();

        Assert.Equal(SnapshotLoadStatus.Damaged, result.Status);
        Assert.Equal([("a", "1")], records);
    }

    [Fact]
    public void A_file_that_is_no_snapshot_at_all_is_kept()
    {
        File.WriteAllText(_folder.Snapshot, "{ \"somebody\": \"gave the wrong path\" }");
        using SnapshotFile file = _folder.Open();

        SnapshotLoadResult result = file.Load(_ => { });

        Assert.Equal(SnapshotLoadStatus.Damaged, result.Status);
        Assert.StartsWith("the file is not a snapshot", result.Reason);
        Assert.Equal("{ \"somebody\": \"gave the wrong path\" }", File.ReadAllText(file.Save([]).KeptAside!));
    }

    [Fact]
    public void An_empty_file_holds_nothing_to_keep()
    {
        File.WriteAllBytes(_folder.Snapshot, []);
        using SnapshotFile file = _folder.Open();

        SnapshotLoadResult result = file.Load(_ => { });

        Assert.Equal((SnapshotLoadStatus.Damaged, "the file is empty"), (result.Status, result.Reason));
        Assert.Null(file.Save([]).KeptAside);
    }

    // Two records, of which the first is intact.
    private byte[] WriteDamaged()
    {
        _folder.Write(("a", "1"), ("b", "2"));
        byte[] bytes = File.ReadAllBytes(_folder.Snapshot);
        bytes[^(SnapshotFormat.FooterLength + 5)] ^= 0x80;
        File.WriteAllBytes(_folder.Snapshot, bytes);
        return bytes;
    }
}
