using Larder.Persistence;

namespace Larder.Tests.Persistence;

/// <summary>A directory of one test, and short ways to open snapshots in it.</summary>
internal sealed class Folder : IDisposable
{
    public Folder() => Directory.CreateDirectory(Root);

    public string Root { get; } = Path.Combine(Path.GetTempPath(), "larder-snapshot-" + Guid.NewGuid().ToString("N"));

    public string Snapshot => Path.Combine(Root, "cache.larder");

    /// <summary>The names of all files, without the lock's.</summary>
    public string[] Files => [.. Directory.GetFiles(Root).Select(f => Path.GetFileName(f)).Where(f => !f.EndsWith(".lock")).Order(StringComparer.Ordinal)];

    public SnapshotFile Open(TimeProvider? time = null, int keepCorrupt = 3, Action<SaveStep>? probe = null, ulong? marker = null) =>
        new(new SnapshotOptions { Path = Snapshot, KeepCorrupt = keepCorrupt }, time ?? new ManualTimeProvider())
        {
            Probe = probe,
            NewMarker = marker is { } m ? () => m : () => (ulong)Random.Shared.NextInt64(1, long.MaxValue),
        };

    /// <summary>Opens the snapshot, reads it and gives it up.</summary>
    public (SnapshotLoadResult Result, List<(string Key, string Value)> Records) Read()
    {
        using SnapshotFile file = Open();
        return Read(file);
    }

    public static (SnapshotLoadResult Result, List<(string Key, string Value)> Records) Read(SnapshotFile file)
    {
        var records = new List<(string, string)>();
        SnapshotLoadResult result = file.Load(r => records.Add((r.Key, Text(r.Value))));
        return (result, records);
    }

    /// <summary>Opens the snapshot, reads it, and saves the records.</summary>
    public SnapshotSaveResult Write(params (string Key, string Value)[] records)
    {
        using SnapshotFile file = Open();
        file.Load(_ => { });
        return file.Save(records.Select(r => Record(r.Key, r.Value)));
    }

    // Latin-1, so that any bytes are some text.
    public static SnapshotRecord Record(string key, string value) => new(key, System.Text.Encoding.Latin1.GetBytes(value));

    public static string Text(ReadOnlyMemory<byte> value) => System.Text.Encoding.Latin1.GetString(value.Span);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
