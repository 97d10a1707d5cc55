using Larder;
using Larder.Conformance.Processes;
using Larder.Redis.Worker;

string address = args[1];
if (args[0] != "coherence")
    return await Work.RunAsync(args, new RedisStore(address));

await using Cache watched = Cache.Create(options => options.UseRedis(address));
await CoherenceWork.RunAsync(watched);
return 0;
