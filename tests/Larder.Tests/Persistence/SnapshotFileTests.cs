using System.Text;
using Larder.Persistence;
using Larder.Serialization;

namespace Larder.Tests.Persistence;

public sealed class SnapshotFileTests : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_saved_is_loaded_in_its_order()
    {
        (string, string)[] records = [.. Enumerable.Range(0, 1000).Select(i => ($"key:{999 - i}", new string('v', i)))];
        SnapshotSaveResult saved = _folder.Write(records);

        (SnapshotLoadResult result, List<(string, string)> loaded) = _folder.Read();

        Assert.Equal(records, loaded);
        Assert.Equal(SnapshotLoadStatus.Intact, result.Status);
        Assert.Equal((1000, 0L, 0L, null), (result.Records, result.LostRecords, result.DamagedBytes, result.Reason));
        Assert.Equal((1000, saved.Bytes), (saved.Records, result.FileBytes));
    }

    [Theory]
    [InlineData("")]
    [InlineData("plain")]
    [InlineData("ключ:漢字:😀")]
    [InlineData("nul\0inside")]
    [InlineData("lone high \ud83d surrogate")]
    [InlineData("lone low \ude00 surrogate")]
    public void Any_string_is_a_key(string key)
    {
        _folder.Write((key, "value"));

        Assert.Equal([(key, "value")], _folder.Read().Records);
    }

    [Fact]
    public void Keys_that_differ_in_a_lone_surrogate_stay_apart()
    {
        _folder.Write(("\ud83d", "1"), ("\ud83e", "2"), ("\ufffd", "3"));

        Assert.Equal([("\ud83d", "1"), ("\ud83e", "2"), ("\ufffd", "3")], _folder.Read().Records);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(131_071)]
    [InlineData(262_144)]
    [InlineData(262_116)]
    [InlineData(1_000_003)]
    public void Values_larger_and_smaller_than_the_buffers_come_back(int size)
    {
        byte[] value = new byte[size];
        new Random(size).NextBytes(value);
        string longKey = new('k', size);
        using SnapshotFile file = _folder.Open();
        file.Save([new("before", value), new("value", value), new(longKey, value), new("after", value)]);

        var loaded = new List<(string, byte[])>();
        SnapshotLoadResult result = file.Load(r => loaded.Add((r.Key, r.Value.ToArray())));

        Assert.Equal(SnapshotLoadStatus.Intact, result.Status);
        Assert.Equal(["before", "value", longKey, "after"], loaded.Select(r => r.Item1));
        Assert.All(loaded, r => Assert.True(value.AsSpan().SequenceEqual(r.Item2)));
    }

    [Fact]
    public void A_snapshot_of_nothing_is_intact()
    {
        _folder.Write();

        (SnapshotLoadResult result, List<(string, string)> records) = _folder.Read();

        Assert.Equal(SnapshotLoadStatus.Intact, result.Status);
        Assert.Empty(records);
    }

    [Fact]
    public void No_file_is_no_damage()
    {
        (SnapshotLoadResult result, List<(string, string)> records) = _folder.Read();

        Assert.Equal(SnapshotLoadStatus.Missing, result.Status);
        Assert.Empty(records);
    }

    [Fact]
    public void A_save_replaces_what_was_there()
    {
        _folder.Write(("a", "1"), ("b", "2"));
        _folder.Write(("c", "3"));

        Assert.Equal([("c", "3")], _folder.Read().Records);
        Assert.Equal(["cache.larder"], _folder.Files);
    }

    [Fact]
    public void A_record_larger_than_allowed_is_refused_and_counted()
    {
        using var file = new SnapshotFile(new SnapshotOptions { Path = _folder.Snapshot }, maxRecordBytes: 100);
        SnapshotSaveResult saved = file.Save([Folder.Record("small", "1"), Folder.Record("k", new string('v', 100)), Folder.Record("k", new string('v', 99))]);

        Assert.Equal((2, 1), (saved.Records, saved.Refused));
        Assert.Equal(["small", "k"], Folder.Read(file).Records.Select(r => r.Key));
    }

    [Fact]
    public void The_bytes_of_version_1_never_change()
    {
        using SnapshotFile file = _folder.Open(marker: 0x1122334455667788);
        file.Save([Folder.Record("a", "12345"), Folder.Record("\ud83d", "")]);

        // Made by another implementation of docs/persistence.md.
        const string expected =
            "894C5244520D0A1A" + "0100" + "0000" + "00000000" + "00A8DA769B010000" + "8877665544332211" + "8ABA8BFF" +
            "8877665544332211" + "00000000" + "01000000" + "05000000" + "825723CD" + "61" + "3132333435" + "1483BEDA" +
            "8877665544332211" + "01000000" + "02000000" + "00000000" + "909F7181" + "3DD8" + "" + "7EED528E" +
            "8877665544332211" + "00000080" + "01000000" + "0200000000000000" + "8C00000000000000" + "075A0497" + "8671CD64";
        Assert.Equal(expected, Convert.ToHexString(File.ReadAllBytes(_folder.Snapshot)));
    }

    [Fact]
    public void Checksums_are_crc32c()
    {
        // The check value of CRC-32/ISCSI, and RFC 3720 appendix B.4.
        Assert.Equal(0xE3069283u, Crc32C.Of("123456789"u8));
        Assert.Equal(0x8A9136AAu, Crc32C.Of(new byte[32]));
        Assert.Equal(0x46DD794Eu, Crc32C.Of([.. Enumerable.Range(0, 32).Select(i => (byte)i)]));
        Assert.Equal(Crc32C.Of("123456789"u8), Crc32C.Of("456789"u8, Crc32C.Of("123"u8)));
    }

    [Fact]
    public void The_load_tells_when_the_file_was_saved()
    {
        var time = new ManualTimeProvider();
        using SnapshotFile file = _folder.Open(time);
        time.Advance(TimeSpan.FromMilliseconds(1234));
        file.Save([]);

        Assert.Equal(time.Start.AddMilliseconds(1234), Folder.Read(file).Result.Saved);
    }

    [Fact]
    public void Saving_over_a_file_that_was_not_loaded_is_an_error()
    {
        _folder.Write(("a", "1"));
        using SnapshotFile file = _folder.Open();

        var e = Assert.Throws<InvalidOperationException>(() => file.Save([]));

        Assert.Contains(_folder.Snapshot, e.Message);
        Assert.Equal([("a", "1")], Folder.Read(file).Records);
    }

    [Fact]
    public void The_file_is_readable_by_its_owner_only()
    {
        if (OperatingSystem.IsWindows())
            return; // permissions come from the directory there
        _folder.Write(("a", "1"));

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.Snapshot));
    }

    [Fact]
    public void A_mode_that_the_file_was_given_is_kept()
    {
        if (OperatingSystem.IsWindows())
            return; // permissions come from the directory there
        const UnixFileMode shared = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherWrite;
        _folder.Write(("a", "1"));
        File.SetUnixFileMode(_folder.Snapshot, shared);
        _folder.Write(("a", "2"));

        Assert.Equal(shared, File.GetUnixFileMode(_folder.Snapshot));
    }

    [Fact]
    public void A_symbolic_link_stays_a_link()
    {
        string real = Path.Combine(_folder.Root, "real");
        File.CreateSymbolicLink(_folder.Snapshot, real);
        _folder.Write(("a", "1"));
        _folder.Write(("a", "2"));

        Assert.NotNull(new FileInfo(_folder.Snapshot).LinkTarget);
        Assert.Equal([("a", "2")], _folder.Read().Records);
        Assert.True(File.Exists(real));
    }

    [Fact]
    public void What_the_receiver_throws_reaches_the_caller()
    {
        _folder.Write(("a", "1"));
        using SnapshotFile file = _folder.Open();

        Assert.Throws<FormatException>(() => file.Load(_ => throw new FormatException()));
        Assert.Throws<InvalidOperationException>(() => file.Load(_ => throw new IOException("not the file's")));
    }

    [Fact]
    public void What_the_records_throw_reaches_the_caller_and_keeps_the_old_file()
    {
        _folder.Write(("a", "1"));
        using SnapshotFile file = _folder.Open();
        file.Load(_ => { });

        static IEnumerable<SnapshotRecord> Broken()
        {
            yield return Folder.Record("b", "2");
            throw new FormatException();
        }

        Assert.Throws<FormatException>(() => file.Save(Broken()));
        Assert.Equal([("a", "1")], Folder.Read(file).Records);
        Assert.Equal(["cache.larder"], _folder.Files);
    }

    [Fact]
    public void Only_our_own_temporary_files_are_removed_at_start()
    {
        string ours = "cache.larder.tmp-" + Guid.NewGuid().ToString("N");
        string[] others = ["cache.larder.tmp-", "cache.larder.tmp-notes", "cache.larder2.tmp-" + Guid.NewGuid().ToString("N"), "other.tmp-" + Guid.NewGuid().ToString("N")];
        foreach (string name in (string[])[ours, .. others])
            File.WriteAllText(Path.Combine(_folder.Root, name), "x");

        using SnapshotFile file = _folder.Open();

        Assert.Equal(1, file.RemovedTemporaries);
        Assert.Equal(others.Order(StringComparer.Ordinal), _folder.Files);
    }

    [Fact]
    public void A_disposed_snapshot_is_used_no_more()
    {
        SnapshotFile file = _folder.Open();
        file.Dispose();
        file.Dispose();

        Assert.Throws<ObjectDisposedException>(() => file.Save([]));
        Assert.Throws<ObjectDisposedException>(() => file.Load(_ => { }));
    }

    [Theory]
    [InlineData("", "Path is ''")]
    [InlineData("  ", "Path is '  '")]
    [InlineData("directory/", "Path is 'directory/'")]
    [InlineData("a\0b", "Path is 'a?b'")]
    public void A_path_that_names_no_file_is_an_error(string path, string says)
    {
        var e = Assert.Throws<ArgumentException>(() => new SnapshotFile(new SnapshotOptions { Path = path }));

        Assert.Contains(says, e.Message);
    }

    [Fact]
    public void Options_out_of_range_are_errors_that_name_option_and_value()
    {
        static string Error(SnapshotOptions options) => Assert.Single(options.Errors());

        Assert.Contains("Interval is 00:00:00;", Error(new() { Path = "x", Interval = TimeSpan.Zero }));
        Assert.Contains("Interval is -00:00:01;", Error(new() { Path = "x", Interval = TimeSpan.FromSeconds(-1) }));
        Assert.Contains("Interval is 50.00:00:00;", Error(new() { Path = "x", Interval = TimeSpan.FromDays(50) }));
        Assert.Contains("KeepCorrupt is -1;", Error(new() { Path = "x", KeepCorrupt = -1 }));
        Assert.Contains("KeepCorrupt is 1001;", Error(new() { Path = "x", KeepCorrupt = 1001 }));
        Assert.Empty(new SnapshotOptions { Path = "x", Interval = Timeout.InfiniteTimeSpan, KeepCorrupt = 0 }.Errors());
        Assert.Empty(new SnapshotOptions { Path = "x", Interval = TimeSpan.FromDays(49) }.Errors());
    }
}
