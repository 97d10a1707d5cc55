using System.Buffers.Binary;
using Larder.Persistence;
using Larder.Serialization;
using Microsoft.Win32.SafeHandles;

namespace Larder.Tests.Persistence;

/// <summary>Files that are not what a save wrote.</summary>
public sealed class DamageTests : IDisposable
{
    private const ulong Marker = 0x1122334455667788;

    private static readonly (string Key, string Value)[] Saved = [("user:1", "Ann"), ("", ""), ("\ud83d", "half"), ("user:2", new string('x', 40)), ("user:3", "Eve")];

    private readonly Folder _folder = new();

    // The file of Saved, and where each of its records begins; the last is the footer.
    private readonly byte[] _bytes;
    private readonly int[] _starts;

    public DamageTests()
    {
        _folder.Write(Saved);
        _bytes = File.ReadAllBytes(_folder.Snapshot);
        var starts = new List<int> { SnapshotFormat.HeaderLength };
        while (SnapshotFormat.TryReadFrame(_bytes.AsSpan(starts[^1]), out SnapshotFrame frame))
            starts.Add(starts[^1] + (int)frame.RecordLength);
        _starts = [.. starts];
        Assert.Equal(Saved.Length + 1, _starts.Length);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void One_flipped_bit_anywhere_costs_at_most_the_record_it_is_in()
    {
        using SnapshotFile file = _folder.Open();
        using SafeFileHandle bytes = OpenToDamage();
        for (int offset = 0; offset < _bytes.Length; offset++)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                RandomAccess.Write(bytes, [(byte)(_bytes[offset] ^ (1 << bit))], offset);

                (SnapshotLoadResult result, List<(string, string)> records) = Folder.Read(file);

                int hit = RecordAt(offset);
                Assert.Equal(Saved.Where((_, i) => i != hit), records);
                Assert.Equal(SnapshotLoadStatus.Damaged, result.Status);
                Assert.NotNull(result.Reason);
                Assert.InRange(result.DamagedBytes, 1, 80);
            }

            RandomAccess.Write(bytes, [_bytes[offset]], offset);
        }
    }

    [Fact]
    public void A_byte_of_any_other_value_costs_at_most_its_record()
    {
        using SnapshotFile file = _folder.Open();
        using SafeFileHandle bytes = OpenToDamage();
        for (int offset = 0; offset < _bytes.Length; offset++)
        {
            foreach (byte other in (byte[])[0, 0xFF, (byte)~_bytes[offset]])
            {
                RandomAccess.Write(bytes, [other], offset);
                int hit = other == _bytes[offset] ? -1 : RecordAt(offset);

                Assert.Equal(Saved.Where((_, i) => i != hit), Folder.Read(file).Records);
            }

            RandomAccess.Write(bytes, [_bytes[offset]], offset);
        }
    }

    [Fact]
    public void A_file_cut_anywhere_keeps_every_record_before_the_cut()
    {
        using SnapshotFile file = _folder.Open();
        for (int length = 0; length < _bytes.Length; length++)
        {
            File.WriteAllBytes(_folder.Snapshot, _bytes[..length]);

            (SnapshotLoadResult result, List<(string, string)> records) = Folder.Read(file);

            Assert.Equal(Saved.Where((_, i) => _starts[i + 1] <= length), records);
            Assert.Equal(SnapshotLoadStatus.Damaged, result.Status);
        }
    }

    [Fact]
    public void A_file_whose_head_is_cut_off_anywhere_keeps_every_record_after_the_cut()
    {
        using SnapshotFile file = _folder.Open();
        for (int cut = 1; cut < _bytes.Length - SnapshotFormat.FooterLength; cut++)
        {
            // Cut out, and overwritten by zeros: the footer finds its marker in both, if the length still is what it says.
            byte[] damaged = [.. _bytes];
            damaged.AsSpan(0, cut).Clear();
            File.WriteAllBytes(_folder.Snapshot, damaged);

            // A record that begins with zeros has lost nothing by them.
            Assert.Equal(WholeIn(damaged), Folder.Read(file).Records);
        }
    }

    [Fact]
    public void Bytes_put_in_or_taken_out_anywhere_cost_at_most_their_record()
    {
        using SnapshotFile file = _folder.Open();
        for (int offset = SnapshotFormat.HeaderLength; offset < _bytes.Length; offset++)
        {
            AssertWholeRecordsAreRead([.. _bytes[..offset], 1, 2, 3, .. _bytes[offset..]]);
            AssertWholeRecordsAreRead([.. _bytes[..offset], .. _bytes[(offset + 1)..]]);
        }

        void AssertWholeRecordsAreRead(byte[] damaged)
        {
            File.WriteAllBytes(_folder.Snapshot, damaged);

            // Where the bytes beside a record's end are alike, it is the other one that is hit.
            Assert.InRange(WholeIn(damaged).Length, Saved.Length - 1, Saved.Length);
            Assert.Equal(WholeIn(damaged), Folder.Read(file).Records);
        }
    }

    // The records whose bytes are all there.
    private (string Key, string Value)[] WholeIn(byte[] damaged) =>
        [.. Saved.Where((_, i) => damaged.AsSpan().IndexOf(_bytes.AsSpan(_starts[i].._starts[i + 1])) >= 0)];

    [Fact]
    public void Garbage_of_any_kind_around_the_records_is_passed_over()
    {
        var random = new Random(7);
        using SnapshotFile file = _folder.Open();
        for (int round = 0; round < 300; round++)
        {
            var damaged = new List<byte>(_bytes[.._starts[0]]);
            int noise = 0;
            for (int i = 0; i < Saved.Length; i++)
            {
                byte[] garbage = new byte[random.Next(3) == 0 ? 0 : random.Next(2000)];
                random.NextBytes(garbage);
                // Some of it begins as a record would.
                if (garbage.Length > 8 && random.Next(2) == 0)
                    BinaryPrimitives.TryWriteUInt64LittleEndian(garbage, BinaryPrimitives.ReadUInt64LittleEndian(_bytes.AsSpan(24)));
                noise += garbage.Length;
                damaged.AddRange(garbage);
                damaged.AddRange(_bytes[_starts[i].._starts[i + 1]]);
            }

            damaged.AddRange(_bytes[_starts[^1]..]);
            File.WriteAllBytes(_folder.Snapshot, [.. damaged]);

            (SnapshotLoadResult result, List<(string, string)> records) = Folder.Read(file);

            Assert.Equal(Saved, records);
            Assert.Equal(noise, result.DamagedBytes);
            Assert.Equal(0, result.LostRecords);
        }
    }

    [Fact]
    public void Files_of_random_bytes_yield_nothing()
    {
        var random = new Random(11);
        using SnapshotFile file = _folder.Open();
        for (int round = 0; round < 500; round++)
        {
            byte[] garbage = new byte[random.Next(1, 600)];
            random.NextBytes(garbage);
            // Half of them begin as a snapshot does.
            if (round % 2 == 0)
                _bytes.AsSpan(0, Math.Min(garbage.Length, random.Next(SnapshotFormat.HeaderLength + 1))).CopyTo(garbage);
            File.WriteAllBytes(_folder.Snapshot, garbage);

            (SnapshotLoadResult result, List<(string, string)> records) = Folder.Read(file);

            Assert.Empty(records);
            Assert.Equal(SnapshotLoadStatus.Damaged, result.Status);
        }
    }

    [Fact]
    public void Many_random_damages_at_once_yield_only_what_was_saved()
    {
        var random = new Random(13);
        using SnapshotFile file = _folder.Open();
        var saved = Saved.ToHashSet();
        for (int round = 0; round < 1000; round++)
        {
            byte[] damaged = [.. _bytes];
            for (int i = random.Next(1, 10); i > 0; i--)
            {
                int at = random.Next(damaged.Length);
                switch (random.Next(3))
                {
                    case 0:
                        damaged[at] = (byte)random.Next(256);
                        break;
                    case 1:
                        random.NextBytes(damaged.AsSpan(at, random.Next(damaged.Length - at)));
                        break;
                    default:
                        int length = random.Next(damaged.Length - at);
                        damaged.AsSpan(random.Next(damaged.Length - length), length).CopyTo(damaged.AsSpan(at));
                        break;
                }
            }

            File.WriteAllBytes(_folder.Snapshot, damaged);

            Assert.Subset(saved, Folder.Read(file).Records.ToHashSet());
        }
    }

    [Fact]
    public void A_value_that_holds_a_snapshot_is_never_taken_apart()
    {
        // Whoever gets a value cached must not be able to plant other keys, whatever is damaged later.
        string inner = Folder.Text(_bytes);
        _folder.Write(("outer", inner), ("next", "1"));
        byte[] outer = File.ReadAllBytes(_folder.Snapshot);
        using SnapshotFile file = _folder.Open();
        for (int offset = 0; offset < outer.Length; offset++)
        {
            byte[] damaged = [.. outer];
            damaged[offset] ^= 0x55;
            File.WriteAllBytes(_folder.Snapshot, damaged);

            Assert.Subset(new HashSet<string> { "outer", "next" }, Folder.Read(file).Records.Select(r => r.Key).ToHashSet());
        }
    }

    [Fact]
    public void What_is_left_of_an_older_snapshot_is_not_taken_for_this_ones()
    {
        _folder.Write(("user:1", "Bob"));
        byte[] newer = File.ReadAllBytes(_folder.Snapshot);
        File.WriteAllBytes(_folder.Snapshot, [.. newer, .. _bytes[_starts[0]..]]);

        (SnapshotLoadResult result, List<(string, string)> records) = _folder.Read();

        Assert.Equal([("user:1", "Bob")], records);
        Assert.Equal(_bytes.Length - _starts[0], result.DamagedBytes);
    }

    [Fact]
    public void A_record_that_is_there_twice_or_out_of_place_is_reported()
    {
        byte[] first = _bytes[_starts[0].._starts[1]];
        byte[] second = _bytes[_starts[1].._starts[2]];
        File.WriteAllBytes(_folder.Snapshot, [.. _bytes[.._starts[0]], .. second, .. first, .. _bytes[_starts[2]..]]);

        (SnapshotLoadResult result, List<(string, string)> records) = _folder.Read();

        Assert.Equal([Saved[1], Saved[0], .. Saved[2..]], records);
        Assert.Equal(SnapshotLoadStatus.Damaged, result.Status);
    }

    [Theory]
    [InlineData(int.MaxValue, 0)]
    [InlineData(0, int.MaxValue)]
    [InlineData(int.MaxValue, int.MaxValue)]
    [InlineData(-1, 5)]
    [InlineData(5, -1)]
    [InlineData(0, 400_000_000)]
    public void A_hostile_length_allocates_nothing(int keyLength, int valueLength)
    {
        byte[] forged = new byte[SnapshotFormat.FrameLength];
        SnapshotFormat.WriteFrame(forged, new SnapshotFrame(BinaryPrimitives.ReadUInt64LittleEndian(_bytes.AsSpan(24)), 0, keyLength, valueLength));
        using (FileStream stream = File.Create(_folder.Snapshot))
        {
            stream.Write(_bytes.AsSpan(0, _starts[0]));
            stream.Write(forged);
            stream.Write(_bytes.AsSpan(_starts[0]));
            // A sparse file makes any length plausible without costing its author anything.
            stream.SetLength(64 * 1024 * 1024);
        }

        using SnapshotFile file = _folder.Open();
        var records = new List<(string, string)>();
        long before = GC.GetAllocatedBytesForCurrentThread();
        file.Load(r => records.Add((r.Key, Folder.Text(r.Value))));
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(Saved, records);
        Assert.InRange(allocated, 0, 600_000);
    }

    [Fact]
    public void Forged_frames_that_overlap_are_given_up_in_time()
    {
        // Every frame claims all the rest of the file, whose checksum does not match: n frames, n times the file.
        const int length = 4 * 1024 * 1024;
        byte[] forged = new byte[length];
        SnapshotFormat.WriteHeader(forged, DateTimeOffset.UnixEpoch, Marker);
        for (int at = SnapshotFormat.HeaderLength; at < length - SnapshotFormat.FrameLength; at += SnapshotFormat.FrameLength)
            SnapshotFormat.WriteFrame(forged.AsSpan(at), new SnapshotFrame(Marker, 0, 0, length - at - SnapshotFormat.FrameLength - SnapshotFormat.RecordCrcLength));
        File.WriteAllBytes(_folder.Snapshot, forged);
        using SnapshotFile file = _folder.Open();

        long started = Environment.TickCount64;
        (SnapshotLoadResult result, List<(string, string)> records) = Folder.Read(file);

        // 170,000 frames of 2 MiB on average would take a minute; two or three passes take milliseconds.
        Assert.InRange(Environment.TickCount64 - started, 0, 10_000);
        Assert.Empty(records);
        Assert.Equal(length - SnapshotFormat.HeaderLength, result.DamagedBytes);
    }

    [Fact]
    public void A_key_that_is_not_text_is_not_a_record()
    {
        // Well-formed but for its key's bytes: two such keys must not both become the replacement character.
        byte[] record = new byte[SnapshotFormat.FrameLength + 1 + SnapshotFormat.RecordCrcLength];
        SnapshotFormat.WriteFrame(record, new SnapshotFrame(BinaryPrimitives.ReadUInt64LittleEndian(_bytes.AsSpan(24)), 0, 1, 0));
        record[SnapshotFormat.FrameLength] = 0xFF;
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(^4..), Crc32C.Of(record.AsSpan(..^4)));
        File.WriteAllBytes(_folder.Snapshot, [.. _bytes[.._starts[0]], .. record, .. _bytes[_starts[0]..]]);

        Assert.Equal(Saved, _folder.Read().Records);
    }

    // Without a lock, which the reader would meet.
    private SafeFileHandle OpenToDamage() => File.OpenHandle(_folder.Snapshot, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);

    // The record that has the byte; -1 for header and footer.
    private int RecordAt(int offset) => Enumerable.Range(0, Saved.Length).FirstOrDefault(i => offset >= _starts[i] && offset < _starts[i + 1], -1);
}
