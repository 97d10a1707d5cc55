using System.Diagnostics;

namespace Larder.Tests;

/// <summary>Tests of what a call allocates: with no others beside them, whose compilation would put off that of the call.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AllocationsCollection
{
    public const string Name = "Allocations";
}

/// <summary>Measures what a call allocates on the thread that makes it.</summary>
internal static class Allocations
{
    /// <summary>Fails unless the call allocates nothing, once the runtime has compiled it for good.</summary>
    public static void AssertNone(Action call)
    {
        long least = long.MaxValue;
        // Code that is not optimized boxes. The runtime optimizes what is called often, in the background and when it has
        // nothing else to compile; a call that allocates does so for ever.
        for (long start = Stopwatch.GetTimestamp(); least > 0 && Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(20);)
        {
            for (int i = 0; i < 100; i++)
                call();
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
                call();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }
}
