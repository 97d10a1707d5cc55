using System.Diagnostics;

namespace Larder.Tests.Memoize;

public sealed class MemoizeAllocationTests
{
    public static TheoryData<string> Shapes => ["no argument", "text", "text and number", "four", "with a token", "value task", "through a user's handle"];

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task Hit_allocates_nothing(string shape)
    {
        await using Cache cache = Cache.Create();
        Action call = CallOf(shape, cache);

        // Until the runtime has compiled the call for good, it boxes; a call that allocates does so for ever.
        long least = long.MaxValue;
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

    private static Action CallOf(string shape, Cache cache)
    {
        const string City = "London";
        var day = new DateOnly(2026, 1, 2);
        int runs = 0;
        switch (shape)
        {
            case "no argument":
                Func<string> none = cache.Memoize(() => $"{++runs}", "f");
                return () => Same(none());
            case "text":
                Func<string, string> one = cache.Memoize((string a) => $"{++runs}", "f");
                return () => Same(one(City));
            case "text and number":
                Func<string, int, string> two = cache.Memoize((string a, int b) => $"{++runs}", "f");
                return () => Same(two(City, 12345));
            case "four":
                Func<string, int, DateOnly, bool, string> four = cache.Memoize((string a, int b, DateOnly c, bool d) => $"{++runs}", "f");
                return () => Same(four(City, 12345, day, true));
            case "with a token":
                Func<string, CancellationToken, string> token = cache.Memoize((string a, CancellationToken _) => $"{++runs}", "f");
                return () => Same(token(City, CancellationToken.None));
            case "value task":
                Func<string, int, CancellationToken, ValueTask<string>> task = cache.Memoize((string a, int b, CancellationToken _) => ValueTask.FromResult($"{++runs}"), "f");
                return () => Same(task(City, 1, CancellationToken.None).Result);
            case "through a user's handle":
                Func<string, int, string> scoped = cache.Collection("weather").For(new UserContext("u", "o")).Memoize((string a, int b) => $"{++runs}", "f");
                return () => Same(scoped(City, 12345));
            default:
                throw new ArgumentOutOfRangeException(nameof(shape), shape, "There is no such shape.");
        }

        static void Same(string result)
        {
            if (result != "1")
                throw new InvalidOperationException($"That was no hit: {result}.");
        }
    }
}
