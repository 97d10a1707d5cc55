using System.Diagnostics;
using System.Globalization;
using Larder.Samples.Nodes;

// Three processes, each with a memory of its own, and one Redis. What one of them writes, or anybody else, the others'
// memories let go of at once: the server itself tells them. Options: --figures FILE to add a line
// "name|calls|hits|ms with the cache|ms without" to.
if (args is ["node", var name, var address])
{
    await Node.RunAsync(name, address);
    return 0;
}

const string Key = "price:apple";
const int SourceMilliseconds = 250;
using RedisProcess? redis = await RedisProcess.TryStartAsync();
if (redis is null)
{
    Console.WriteLine("There is no redis-server on this machine (Debian: apt-get install redis-server); nothing to show without one.");
    return 0;
}

NodeProcess[] nodes = [.. ((string[])["A", "B", "C"]).Select(letter => new NodeProcess(letter, $"redis://127.0.0.1:{redis.Port}"))];
(int calls, int hits, double spent) = (0, 0, 0.0);
try
{
    Console.WriteLine($"A Redis on port {redis.Port}; processes A, B and C; a source that takes {SourceMilliseconds} ms.");
    Title("The first one asks the source, the others Redis, and from then on each its own memory");
    await ReadAllAsync();
    await ReadAllAsync();

    Title("B writes: A and C let go of the old value without being asked");
    await ChangeAsync("B has written", nodes[1], $"set {Key} 2.00");
    await ReadAllAsync();
    await ReadAllAsync();

    Title("redis-cli DEL, from outside: all let go of it, and one asks the source for all three");
    await ChangeAsync("redis-cli has deleted", null, "del");
    await Task.WhenAll(nodes.Select(ReadAsync));

    Title("redis-cli FLUSHALL");
    await ChangeAsync("redis-cli has flushed", null, "flushall");
    await ReadAllAsync();
}
finally
{
    foreach (NodeProcess node in nodes)
        node.Dispose();
}

if (Array.IndexOf(args, "--figures") is >= 0 and int at && at + 1 < args.Length)
    File.AppendAllText(args[at + 1], string.Create(CultureInfo.InvariantCulture, $"Nodes, three processes|{calls}|{hits}|{spent:F0}|{calls * SourceMilliseconds}\n"));
return 0;

async Task ReadAllAsync()
{
    foreach (NodeProcess node in nodes)
        await ReadAsync(node);
}

async Task ReadAsync(NodeProcess node)
{
    string[] answer = (await node.AskAsync($"get {Key}")).Split('|');
    calls++;
    hits += answer[0] == "source" ? 0 : 1;
    spent += double.Parse(answer[1], CultureInfo.InvariantCulture);
    Console.WriteLine($"   {node.Name} reads   {answer[1],9} ms   from {answer[0],-7}  {answer[2]}");
}

// Everybody but the writer watches its memory; the time is from the moment at which the writer knows that it is done.
async Task ChangeAsync(string what, NodeProcess? writer, string command)
{
    NodeProcess[] watchers = [.. nodes.Where(node => node != writer)];
    foreach (NodeProcess watcher in watchers)
        await watcher.AskAsync($"dropped {Key}");
    long acknowledged;
    if (writer is not null)
    {
        acknowledged = NodeProcess.Time(await writer.AskAsync(command));
    }
    else
    {
        await redis.CommandLineAsync(command == "del" ? ["del", await redis.KeyAsync(Key)] : [command]);
        acknowledged = Stopwatch.GetTimestamp();
    }

    foreach (NodeProcess watcher in watchers)
    {
        double after = Stopwatch.GetElapsedTime(acknowledged, NodeProcess.Time(await watcher.AnswerAsync())).TotalMilliseconds;
        string when = after <= 0 ? "before the writer knew that it was done" : string.Create(CultureInfo.InvariantCulture, $"{after:F3} ms later");
        Console.WriteLine($"   {what}; {watcher.Name}'s memory let go of it {when}");
    }
}

static void Title(string text) => Console.WriteLine($"\n{text}\n");
