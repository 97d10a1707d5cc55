using System.Diagnostics;
using Larder.AI.Tests.Pair;
using Larder.Redis.Tests.Servers;
using Larder.Samples.PairProgrammer.Recordings;

namespace Larder.AI.Tests.Processes;

/// <summary>Several real processes, one store, one service, real HTTP.</summary>
public sealed class ProcessesTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Eight_processes_on_a_redis_server_that_ask_the_same_at_once_make_one_request()
    {
        await using RedisServer redis = await RedisServer.StartAsync();

        await AskAtOnceAsync(redis.Address);
    }

    [Fact]
    public async Task Eight_processes_on_a_sqlite_file_that_ask_the_same_at_once_make_one_request()
    {
        string folder = Directory.CreateTempSubdirectory("larder-ai-").FullName;
        try
        {
            await AskAtOnceAsync(Path.Combine(folder, "answers.db"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task AskAtOnceAsync(string store)
    {
        await using ReplayServer service = await ReplayServer.StartAsync(Recording.Of("story", Made.Exchange("Once upon a time.", delay: 1500)));
        Process[] workers = [.. Enumerable.Range(0, 8).Select(index => Start(store, service.Endpoint.ToString(), index % 2 == 0 ? "whole" : "streamed"))];
        try
        {
            foreach (Process worker in workers)
                Assert.Equal("ready", await worker.StandardOutput.ReadLineAsync().WaitAsync(Patience));
            foreach (Process worker in workers)
                await worker.StandardInput.WriteLineAsync("go");
            string?[] answers = await Task.WhenAll(workers.Select(worker => worker.StandardOutput.ReadLineAsync())).WaitAsync(Patience);

            Assert.Equal(1, service.Requests);
            Assert.Single(answers, "Provider: Once upon a time.");
            Assert.Equal(7, answers.Count(answer => answer == "Cache: Once upon a time."));
        }
        finally
        {
            foreach (Process worker in workers)
            {
                if (!worker.HasExited)
                    worker.Kill();
                worker.Dispose();
            }
        }
    }

    private static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Larder.AI.Worker.dll"), .. arguments]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        return Process.Start(start) ?? throw new InvalidOperationException("The worker did not start.");
    }
}
