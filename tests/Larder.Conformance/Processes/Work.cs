using System.Globalization;
using Larder.Conformance.Histories;
using Larder.Stores;

namespace Larder.Conformance.Processes;

/// <summary>
/// What one process of several does in a test: it says "ready", waits for a line, does its work, and says what came of it.
/// </summary>
/// <remarks>
/// <c>history ADDRESS SOURCE INDEX PROCESSES SEED PHASES OPERATIONS [BREAKAGE]</c> is one part of a <see cref="History"/>;
/// <c>flight ADDRESS SOURCE MILLISECONDS LEASE</c> has fifty callers ask for one key, which takes its time to compute, under a
/// lease of so many seconds.
/// </remarks>
public static class Work
{
    /// <summary>Does it.</summary>
    /// <returns>The program's exit code.</returns>
    public static async Task<int> RunAsync<TStore>(string[] arguments, TStore store)
        where TStore : ICacheStore, IEpochStore, ILeasingStore, ICoherentStore
    {
        using var source = new Source(arguments[2]);
        string breakage = arguments.Length > 8 ? arguments[8] : "";
        await using var cache = Cache.Create(options =>
        {
            options.DefaultTtl = TimeSpan.FromHours(1);
            options.Store.ReadTimeout = TimeSpan.FromSeconds(30);
            options.Store.WriteTimeout = TimeSpan.FromSeconds(30);
            options.Store.LeaseDuration = TimeSpan.FromSeconds(arguments is ["flight", _, _, _, var lease] ? Number(lease) : 2);
            options.UseStore(breakage.Length == 0 ? store : new BrokenStore<TStore>(store, breakage));
        });
        await cache.SetAsync($"warm:{Environment.ProcessId}", 1);
        Console.WriteLine("ready");
        Console.ReadLine();
        switch (arguments[0])
        {
            case "history":
                await TakePartAsync(cache, source, [.. arguments[3..8].Select(Number)]);
                return 0;
            case "flight":
                await FlyAsync(cache, source, Number(arguments[3]));
                return 0;
            default:
                Console.Error.WriteLine($"There is no work '{arguments[0]}'.");
                return 2;
        }
    }

    private static async Task TakePartAsync(Cache cache, Source source, int[] numbers)
    {
        var history = new History(cache, source, index: numbers[0], processes: numbers[1], seed: numbers[2]);
        (long operations, IReadOnlyList<string> violations) = await history.RunAsync(phases: numbers[3], operations: numbers[4]);
        foreach (string violation in violations.Take(20))
            Console.WriteLine($"violation {violation}");
        Console.WriteLine($"done {operations} {violations.Count}");
    }

    // Everybody asks for one key at once. The factory says who it is; the first one takes its time.
    private static async Task FlyAsync(Cache cache, Source source, int milliseconds)
    {
        long[] answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(async () => await cache.GetOrSetAsync("cold", async _ =>
        {
            long call = source.Count(0);
            source.SetCounter(1, Environment.ProcessId);
            if (call == 1)
                await Task.Delay(milliseconds);
            return call;
        }))));
        Console.WriteLine($"answers {string.Join(' ', answers.Distinct())}");
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
