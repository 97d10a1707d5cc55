using Larder.Benchmarks;
using Larder.Benchmarks.Stores;

var benchmarks = new Dictionary<string, (Action<string[]> Run, string About)>
{
    ["hit"] = (HitBenchmark.Run, "what a hit costs, in ns and bytes: int, string and interpolated keys, the engine and the whole cache"),
    ["throughput"] = (ThroughputBenchmark.Run, "operations a second by one and two threads, reads only and mixed"),
    ["insert"] = (InsertBenchmark.Run, "what an insert costs that evicts"),
    ["latency"] = (LatencyBenchmark.Run, "how long single hits take while four threads write: median, p99, p99.9"),
    ["memory"] = (MemoryBenchmark.Run, "bytes an entry at a million entries"),
    ["traces"] = (TracesBenchmark.Run, "DIR [NAME...]: hit ratios over recorded requests, beside LRU and the offline optimum"),
    ["redis"] = (RedisBenchmark.Run, "the Redis store beside redis-benchmark, on a redis-server that it starts (Debian: redis-server, redis-tools)"),
    ["coherence"] = (CoherenceBenchmark.Run, "how long after a write the memories of one and three other processes still hold the old value (Debian: redis-server)"),
    ["stores"] = (StoresBenchmark.Run, "[NAME...]: every store beside its raw client: get, set, get-many, get-or-set on a miss (Debian: redis-server, postgresql-15)"),
    ["memoize"] = (MemoizeBenchmark.Run, "what a hit through a generated method costs, beside GetOrSet, a dictionary and MemoryCache"),
    ["generator"] = (GeneratorBenchmark.Run, "what the generator of memoized methods adds to a compilation: 1,000 methods anew, and after a keystroke"),
    ["soak"] = (SoakBenchmark.Run, "[MINUTES]: mixed stress for 30 minutes, with flat memory"),
};

if (args.Length == 0 || !benchmarks.TryGetValue(args[0], out (Action<string[]> Run, string About) chosen))
{
    if (args.Length != 0)
        Console.Error.WriteLine($"There is no benchmark '{args[0]}'.");
    Console.WriteLine("./bench NAME runs one and writes benchmarks/results/NAME.md:");
    foreach ((string name, (_, string about)) in benchmarks)
        Console.WriteLine($"  {name,-12}{about}");
    return args.Length == 0 ? 0 : 2;
}

chosen.Run(args[1..]);
return Environment.ExitCode;
