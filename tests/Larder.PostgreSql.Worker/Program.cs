using System.Globalization;
using Larder;
using Larder.Conformance.Histories;

// One process of several in a test. Says "ready", waits for a line, does its work, and says what came of it.
string address = args[1];
using var source = new Source(args[2]);
string breakage = args.Length > 8 ? args[8] : "";
var store = new PostgreSqlStore(new PostgreSqlStoreOptions { ConnectionString = address, CommandTimeout = TimeSpan.FromSeconds(20), ConnectTimeout = TimeSpan.FromSeconds(20) });
await using var cache = Cache.Create(options =>
{
    options.DefaultTtl = TimeSpan.FromHours(1);
    options.Store.ReadTimeout = TimeSpan.FromSeconds(30);
    options.Store.WriteTimeout = TimeSpan.FromSeconds(30);
    options.Store.LeaseDuration = TimeSpan.FromSeconds(args is ["flight", _, _, _, var lease] ? int.Parse(lease, CultureInfo.InvariantCulture) : 2);
    options.UseStore(breakage.Length == 0 ? store : new BrokenStore<PostgreSqlStore>(store, breakage));
});
await cache.SetAsync($"warm:{Environment.ProcessId}", 1);
Console.WriteLine("ready");
Console.ReadLine();

switch (args[0])
{
    case "history":
        int[] numbers = [.. args[3..8].Select(number => int.Parse(number, CultureInfo.InvariantCulture))];
        var history = new History(cache, source, index: numbers[0], processes: numbers[1], seed: numbers[2]);
        (long operations, IReadOnlyList<string> violations) = await history.RunAsync(phases: numbers[3], operations: numbers[4]);
        foreach (string violation in violations.Take(20))
            Console.WriteLine($"violation {violation}");
        Console.WriteLine($"done {operations} {violations.Count}");
        return 0;
    case "flight":
        // Everybody asks for one key at once. The factory says who it is; the first one takes its time.
        long[] answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(async () => await cache.GetOrSetAsync("cold", async _ =>
        {
            long call = source.Count(0);
            source.SetCounter(1, Environment.ProcessId);
            if (call == 1)
                await Task.Delay(int.Parse(args[3], CultureInfo.InvariantCulture));
            return call;
        }))));
        Console.WriteLine($"answers {string.Join(' ', answers.Distinct())}");
        return 0;
    default:
        Console.Error.WriteLine($"There is no work '{args[0]}'.");
        return 2;
}
