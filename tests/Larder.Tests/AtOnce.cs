namespace Larder.Tests;

/// <summary>Threads that begin their work at one moment.</summary>
internal static class AtOnce
{
    /// <summary>Runs <paramref name="work"/> on so many threads, each with its number, and waits for all of them.</summary>
    public static void Run(int count, Action<int> work)
    {
        using var start = new ManualResetEventSlim();
        Thread[] threads = [.. Enumerable.Range(0, count).Select(i => new Thread(() =>
        {
            start.Wait();
            work(i);
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        start.Set();
        foreach (Thread thread in threads)
            thread.Join();
    }
}
