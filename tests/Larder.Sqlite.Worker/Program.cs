// One process of several in a test. Each line it prints is a fact that its reader may rely on; standard output is not buffered.
using System.Globalization;
using Larder;
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

    default:
        Console.Error.WriteLine("usage: write PATH WRITER:STEP... | lock PATH");
        return 2;
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
