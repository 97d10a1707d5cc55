using System.Collections.Concurrent;

namespace Larder.Sqlite.Reading;

/// <summary>The connections that read. Each is used by one caller at a time, on the caller's thread; some are kept open.</summary>
internal sealed class ReaderPool(string path, Recency? recency) : IDisposable
{
    // Callers are held up in the middle of a read, too: opening another connection costs as much as a hundred reads.
    private static readonly int Kept = Math.Max(16, 2 * Environment.ProcessorCount);

    private readonly ConcurrentQueue<Reader> _idle = new();
    private Reader? _hot; // The one that was returned last, most of the time.
    private int _generation;
    private int _disposed;

    /// <summary>Counts how often the file was opened anew. Readers of an older one are not used again.</summary>
    public int Generation => Volatile.Read(ref _generation);

    public Reader Rent()
    {
        int generation = Generation;
        Reader? reader = Interlocked.Exchange(ref _hot, null);
        while (reader is not null || _idle.TryDequeue(out reader))
        {
            if (reader.Generation == generation)
                return reader;
            reader.Dispose();
            reader = null;
        }

        return new Reader(path, generation, recency);
    }

    public void Return(Reader reader)
    {
        if (reader.Generation != Generation || Volatile.Read(ref _disposed) != 0)
        {
            reader.Dispose();
            return;
        }

        if (Interlocked.CompareExchange(ref _hot, reader, null) is not null)
        {
            if (_idle.Count >= Kept)
            {
                reader.Dispose();
                return;
            }

            _idle.Enqueue(reader);
        }

        // Disposed or outdated meanwhile: nobody else would close it.
        if (Volatile.Read(ref _disposed) != 0)
            Close();
    }

    /// <summary>Another file lies under the path from here on.</summary>
    public void Renew()
    {
        Interlocked.Increment(ref _generation);
        Close();
    }

    public void Dispose()
    {
        Volatile.Write(ref _disposed, 1);
        Close();
    }

    private void Close()
    {
        Interlocked.Exchange(ref _hot, null)?.Dispose();
        while (_idle.TryDequeue(out Reader? reader))
            reader.Dispose();
    }
}
