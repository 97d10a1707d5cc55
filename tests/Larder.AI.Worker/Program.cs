using Larder;
using Larder.Samples.PairProgrammer.Models;
using Microsoft.Extensions.AI;

// One process of several in a test: a client of the model at args[1] before a cache in args[0], a Redis server's address or a SQLite file. Says
// "ready", waits for a line, asks (in one piece or, with "streamed", piece by piece), and says what it was answered.
await using Cache cache = Cache.Create(options =>
{
    if (Path.IsPathRooted(args[0]))
        options.UseSqlite(args[0]);
    else
        options.UseRedis(args[0]);
    options.Store.ReadTimeout = TimeSpan.FromSeconds(30);
    options.Store.WriteTimeout = TimeSpan.FromSeconds(30);
    options.Store.LeaseDuration = TimeSpan.FromMinutes(5);
});
using LarderChatClient client = new OpenAIChatClient(new ModelOptions { Endpoint = new Uri(args[1]), Model = "recorded", Key = "none", Retries = 0 }).UseLarder(cache);
await cache.SetAsync($"warm:{Environment.ProcessId}", 1);
Console.WriteLine("ready");
Console.ReadLine();

ChatMessage[] prompt = [new(ChatRole.User, "Tell me a story.")];
ChatResponse answer = args[2] == "streamed" ? await client.GetStreamingResponseAsync(prompt).ToChatResponseAsync() : await client.GetResponseAsync(prompt);
Console.WriteLine($"{answer.GetOrigin()}: {answer.Text}");
