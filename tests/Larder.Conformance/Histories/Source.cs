using System.IO.MemoryMappedFiles;

namespace Larder.Conformance.Histories;

/// <summary>
/// The source of truth of several processes: for each key a version, and the time at which its invalidation was
/// acknowledged, in a file that all of them map. Without a network, so that nothing but the cache can be late.
/// </summary>
public sealed unsafe class Source : IDisposable
{
    public const int Keys = 64;

    private const int Counters = 4096;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly long* _words;

    public Source(string path)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, null, (Keys + Counters) * sizeof(long));
        _view = _file.CreateViewAccessor();
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _words = (long*)start;
    }

    /// <summary>The version of a key now.</summary>
    public long Version(int key) => Volatile.Read(ref _words[key]);

    /// <summary>Changes a key.</summary>
    /// <returns>Its new version.</returns>
    public long Change(int key) => Interlocked.Increment(ref _words[key]);

    /// <summary>Adds one to a counter.</summary>
    public long Count(int counter) => Interlocked.Increment(ref _words[Keys + counter]);

    public long Counter(int counter) => Volatile.Read(ref _words[Keys + counter]);

    public void SetCounter(int counter, long value) => Volatile.Write(ref _words[Keys + counter], value);

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }
}
