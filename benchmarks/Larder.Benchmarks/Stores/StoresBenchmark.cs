using System.ComponentModel;
using System.Diagnostics;
using Larder.Stores;

namespace Larder.Benchmarks.Stores;

/// <summary>Every store on this machine, each beside what somebody would write by hand in its place, in one run.</summary>
internal static class StoresBenchmark
{
    private const int PayloadBytes = 1000;
    private const int Keys = 1000;
    private const int Many = 100;
    private const int Callers = 16;
    private const int Rounds = 60;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    private static readonly Func<StoreSubject>[] Subjects =
    [
        static () => new InMemorySubject(),
        static () => new SqliteSubject(SqliteDurability.Durable),
        static () => new SqliteSubject(SqliteDurability.Relaxed),
        static () => new RedisSubject(),
        static () => new PostgreSqlSubject(unlogged: false),
        static () => new PostgreSqlSubject(unlogged: true),
        static () => new PostgreSqlSubject(unlogged: true, plain: true),
        static () => new MongoDbSubject(),
    ];

    private static readonly string[] Operations = ["get", "set", $"get-many({Many})", "get-or-set, miss"];

    public static void Run(string[] arguments) => RunAsync(arguments).GetAwaiter().GetResult();

    private static async Task RunAsync(string[] arguments)
    {
        var report = new Report("stores");
        report.Text($"Values of {PayloadBytes:N0} bytes, {Keys:N0} keys, servers and clients on the same machine. Latencies are of one caller, store and raw client in turn in {Rounds} rounds, after a second of both;");
        report.Text($"\"/s\" is what {Callers} callers get, each raw one with a connection of its own. \"ratio\" is the store's p50 by the raw client's; the mark is 1.3.\n");
        List<string[]>[] rows = [.. Operations.Select(static _ => new List<string[]>())];
        List<string[]> manies = [];
        List<string[]> durable = [];
        List<string> notes = [];
        foreach (Func<StoreSubject> make in Subjects)
        {
            await using StoreSubject subject = make();
            if (arguments.Length > 0 && !arguments.Any(name => subject.Name.Contains(name, StringComparison.OrdinalIgnoreCase)))
                continue;
            Console.Error.WriteLine($"{subject.Name}...");
            try
            {
                await subject.StartAsync();
            }
            catch (Exception error) when (error is Win32Exception or InvalidOperationException)
            {
                notes.Add($"- {subject.Name}: not on this machine. {error.Message}");
                continue;
            }

            notes.Add($"- {subject.Name}: raw is {subject.About}.");
            await MeasureAsync(subject, rows, manies);
            if (subject is SqliteSubject { IsDurable: true })
                durable.Add(await DurableSets.MeasureAsync(subject));
        }

        for (int i = 0; i < Operations.Length; i++)
        {
            report.Text($"## {Operations[i]}\n");
            report.Table(["store", "p50 µs", "p99 µs", "/s", "raw p50 µs", "raw p99 µs", "raw /s", "ratio"], rows[i]);
        }

        report.Text($"## get-many({Many}) by one get\n");
        report.Text("The mark is 3.\n");
        report.Table(["store", $"p50 of {Many}", "p50 of one", "ratio", "raw ratio"], manies);
        if (durable.Count > 0)
        {
            report.Text("## Durable sets\n");
            report.Text("The mark is 10.\n");
            report.Table(["store", "1 task /s", "64 tasks /s", "ratio"], durable);
        }

        report.Text("A miss through the whole cache reads the entry and its epochs, takes the lease, reads again and writes under the lease; by hand it is a get and a set, with nothing of that.\n");
        foreach (string note in notes)
            report.Text(note);
        report.Save();
    }

    private static async Task MeasureAsync(StoreSubject subject, List<string[]>[] rows, List<string[]> manies)
    {
        byte[] value = new byte[PayloadBytes];
        new Random(1).NextBytes(value);
        string[] keys = [.. Enumerable.Range(0, Keys).Select(static i => $"bench:{i:0000}:of:a:usual:length")];
        await using ICacheStore store = subject.Connect();
        await using IRawClient raw = await subject.ConnectRawAsync();
        await using Cache cache = Cache.Create(options => options.UseStore(subject.Connect()));
        IRawClient[] raws = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => subject.ConnectRawAsync()));
        TimeSpan hour = TimeSpan.FromHours(1);
        foreach (string key in keys)
        {
            await store.SetAsync(key, value, hour, default);
            await raw.SetAsync(key, value);
        }

        int misses = 0;
        (Func<int, ValueTask> Store, Func<IRawClient, int, ValueTask> Raw, int Calls)[] operations =
        [
            (async i => Require((await store.GetAsync(keys[i % Keys], default)).HasValue), async (client, i) => Require(await client.GetAsync(keys[i % Keys]) is not null), 100),
            (i => store.SetAsync(keys[i % Keys], value, hour, default), (client, i) => client.SetAsync(keys[i % Keys], value), 100),
            (async i => Require((await store.GetManyAsync(Slice(i), default)).Count(static one => one.HasValue) == Many), async (client, i) => Require(await client.GetManyAsync(Slice(i)) == Many), 20),
            (async _ => Require((await cache.GetOrSetAsync($"miss:{Interlocked.Increment(ref misses)}", _ => ValueTask.FromResult(value))).Length == PayloadBytes), async (client, _) =>
            {
                string key = $"miss:{Interlocked.Increment(ref misses)}";
                Require(await client.GetAsync(key) is null);
                await client.SetAsync(key, value);
            }, 40),
        ];
        double[] medians = new double[operations.Length];
        double[] rawMedians = new double[operations.Length];
        for (int operation = 0; operation < operations.Length; operation++)
        {
            (Func<int, ValueTask> call, Func<IRawClient, int, ValueTask> rawCall, int calls) = operations[operation];
            // What runs often is compiled once more, meanwhile: whoever came first would be measured with that.
            for (long began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < WarmUp;)
            {
                await new Samples().MeasureAsync(calls, call);
                await new Samples().MeasureAsync(calls, i => rawCall(raw, i));
            }

            var ours = new Samples();
            var theirs = new Samples();
            for (int round = 0; round < Rounds; round++)
            {
                await ours.MeasureAsync(calls, call);
                await theirs.MeasureAsync(calls, i => rawCall(raw, i));
            }

            double rate = await TogetherAsync(calls * Rounds, (_, i) => call(i));
            double rawRate = await TogetherAsync(calls * Rounds, (caller, i) => rawCall(raws[caller], i));
            (medians[operation], rawMedians[operation]) = (ours.Median, theirs.Median);
            rows[operation].Add([subject.Name, Report.Number(ours.Median), Report.Number(ours.Tail), Report.Number(rate, 0), Report.Number(theirs.Median), Report.Number(theirs.Tail), Report.Number(rawRate, 0), Report.Number(ours.Median / theirs.Median, 2)]);
        }

        manies.Add([subject.Name, Report.Number(medians[2]), Report.Number(medians[0]), Report.Number(medians[2] / medians[0], 2), Report.Number(rawMedians[2] / rawMedians[0], 2)]);
        foreach (IRawClient client in raws)
            await client.DisposeAsync();

        string[] Slice(int i) => keys[(i * 7 % (Keys - Many))..][..Many];
    }

    /// <summary>All callers at once.</summary>
    /// <returns>Calls a second.</returns>
    private static async Task<double> TogetherAsync(int calls, Func<int, int, ValueTask> call)
    {
        long start = Stopwatch.GetTimestamp();
        int begun = 0;
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref begun) is var i && i <= calls)
                await call(caller, i);
        })));
        return calls / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static void Require(bool right)
    {
        if (!right)
            throw new InvalidOperationException("A call did not give what had been stored.");
    }
}
