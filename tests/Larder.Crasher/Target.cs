using Larder.Persistence;

namespace Larder.Crasher;

/// <summary>What is being killed: it loads at start and saves a generation's entries durably.</summary>
internal sealed class Target : IDisposable
{
    private readonly SnapshotFile _file;

    public Target(string path, Action<SaveStep>? probe)
    {
        _file = new SnapshotFile(new SnapshotOptions { Path = path }) { Probe = probe };
        var entries = new List<(string, byte[])>();
        SnapshotLoadResult result = _file.Load(r => entries.Add((r.Key, r.Value.ToArray())));
        if (result.Status == SnapshotLoadStatus.Intact)
            Generation = Contents.GenerationOf(entries);
    }

    /// <summary>The generation that was found at start or saved last.</summary>
    public long Generation { get; private set; }

    /// <summary>Saves the next generation; when it returns, that one is acknowledged.</summary>
    public void SaveNext() => Save(Generation + 1, Contents.Of(Generation + 1));

    public void Save(long generation, IEnumerable<(string Key, byte[] Value)> entries)
    {
        _file.Save(entries.Select(e => new SnapshotRecord(e.Key, e.Value)));
        Generation = generation;
    }

    public void Dispose() => _file.Dispose();
}
