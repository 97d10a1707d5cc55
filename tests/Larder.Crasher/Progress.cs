using System.IO.MemoryMappedFiles;

namespace Larder.Crasher;

/// <summary>Where a process is, in a shared page that outlives it however it ends.</summary>
public sealed class Progress : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _page;

    public Progress(string path)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, null, capacity: 4096);
        _page = _file.CreateViewAccessor();
    }

    public int Step
    {
        get => _page.ReadInt32(0);
        set => _page.Write(0, value);
    }

    public void Dispose()
    {
        _page.Dispose();
        _file.Dispose();
    }
}
