using System.Runtime.ExceptionServices;

namespace Larder.Tests;

/// <summary>Threads that begin their work at one moment.</summary>
internal static class AtOnce
{
    /// <summary>Runs <paramref name="work"/> on so many threads, each with its number, waits for all of them, and throws what the first of them threw that failed.</summary>
    public static void Run(int count, Action<int> work)
    {
        using var start = new ManualResetEventSlim();
        Exception? failure = null;
        Thread[] threads = [.. Enumerable.Range(0, count).Select(i => new Thread(() =>
        {
            start.Wait();
            try
            {
                work(i);
            }
            catch (Exception exception)
            {
                Interlocked.CompareExchange(ref failure, exception, null);
            }
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        start.Set();
        foreach (Thread thread in threads)
            thread.Join();
        if (failure is not null)
            ExceptionDispatchInfo.Throw(failure);
    }
}
