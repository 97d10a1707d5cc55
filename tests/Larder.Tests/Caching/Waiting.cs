namespace Larder.Tests.Caching;

/// <summary>Waits that fail a test instead of hanging it. The span is no timing: nothing that works comes near it.</summary>
internal static class Waiting
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public static Task Soon(this Task task) => task.WaitAsync(Limit);

    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(Limit);

    public static Task<T> Soon<T>(this ValueTask<T> task) => task.AsTask().WaitAsync(Limit);

    public static Task Soon(this ValueTask task) => task.AsTask().WaitAsync(Limit);

    /// <summary>Waits for something that another thread brings about, and that nothing announces.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        long until = Environment.TickCount64 + (long)Limit.TotalMilliseconds;
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < until, "What the test waits for has not happened.");
            await Task.Delay(1);
        }
    }
}
