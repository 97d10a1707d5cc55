// One process of several in a test. Each line it prints is a fact that its reader may rely on; standard output is not buffered.
using System.Globalization;
using Larder;
using Larder.Conformance.Histories;
using Larder.Sqlite.Worker;

switch (args)
{
    // Writes step after step, with several writers at a time, until killed; a writer goes on after the step it is told.
    case ["write", var path, .. var writers]:
        {
            EndWithParent();
            await using var store = new SqliteStore(new SqliteStoreOptions { Path = path, BusyTimeout = TimeSpan.FromSeconds(60) });
            await Task.WhenAll(writers.Select(writer => Task.Run(() => WriteAsync(store, writer))));
            return 0;
        }

    // Holds the file's write lock until its input ends.
    case ["lock", var path]:
        {
            using Larder.Sqlite.Files.Connection connection = Larder.Sqlite.Files.Connection.Open(path, create: false);
            connection.WaitForLocks(TimeSpan.FromSeconds(60));
            connection.Execute("BEGIN IMMEDIATE");
            Console.WriteLine("locked");
            Console.ReadLine();
            connection.Execute("COMMIT");
            Console.WriteLine("unlocked");
            return 0;
        }

    // Says "ready", waits for a line, takes part in a random history with other processes, and says what came of it.
    case ["history", var path, var sourcePath, var index, var processes, var seed, var phases, var operations, var breakage]:
        {
            using var source = new Source(sourcePath);
            await using Cache cache = await OpenCacheAsync(path, breakage);
            Console.WriteLine("ready");
            Console.ReadLine();
            var history = new History(cache, source, Number(index), Number(processes), Number(seed));
            (long done, IReadOnlyList<string> violations) = await history.RunAsync(Number(phases), Number(operations));
            foreach (string violation in violations.Take(20))
                Console.WriteLine($"violation {violation}");
            Console.WriteLine($"done {done} {violations.Count}");
            return 0;
        }

    // The same, but everybody asks for one key at once. The factory says who it is; the first one takes its time.
    case ["flight", var path, var sourcePath, var milliseconds, var lease]:
        {
            using var source = new Source(sourcePath);
            await using Cache cache = await OpenCacheAsync(path, "", Number(lease));
            Console.WriteLine("ready");
            Console.ReadLine();
            long[] answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(async () => await cache.GetOrSetAsync("cold", async _ =>
            {
                long call = source.Count(0);
                source.SetCounter(1, Environment.ProcessId);
                if (call == 1)
                    await Task.Delay(Number(milliseconds));
                return call;
            }))));
            Console.WriteLine($"answers {string.Join(' ', answers.Distinct())}");
            return 0;
        }

    default:
        Console.Error.WriteLine("usage: write PATH WRITER:STEP... | lock PATH | history PATH SOURCE INDEX PROCESSES SEED PHASES OPERATIONS BREAKAGE | flight PATH SOURCE MILLISECONDS LEASE_SECONDS");
        return 2;
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

static async Task<Cache> OpenCacheAsync(string path, string breakage, int leaseSeconds = 2)
{
    var store = new SqliteStore(new SqliteStoreOptions { Path = path, BusyTimeout = TimeSpan.FromSeconds(60), Durability = SqliteDurability.Relaxed });
    Cache cache = Cache.Create(options =>
    {
        options.DefaultTtl = TimeSpan.FromHours(1);
        options.Store.ReadTimeout = TimeSpan.FromSeconds(30);
        options.Store.WriteTimeout = TimeSpan.FromSeconds(30);
        options.Store.LeaseDuration = TimeSpan.FromSeconds(leaseSeconds);
        options.UseStore(breakage.Length == 0 ? store : new BrokenStore<SqliteStore>(store, breakage));
    });
    await cache.SetAsync($"warm:{Environment.ProcessId}", 1);
    return cache;
}

static async Task WriteAsync(SqliteStore store, string start)
{
    string[] parts = start.Split(':');
    int writer = int.Parse(parts[0], CultureInfo.InvariantCulture);
    for (long step = long.Parse(parts[1], CultureInfo.InvariantCulture) + 1; ; step++)
    {
        string key = Ledger.Key(writer, Ledger.KeyOf(step));
        if (Ledger.Removes(step))
            await store.RemoveAsync(key, default);
        else
            await store.SetAsync(key, Ledger.Value(writer, step), null, default);
        Console.WriteLine($"{writer} {step}");
    }
}

// A test run that is itself killed must not leave this loop behind: its end of standard input closes with it.
static void EndWithParent() => new Thread(() =>
{
    Console.In.ReadToEnd();
    Environment.Exit(3);
})
{ IsBackground = true }.Start();
