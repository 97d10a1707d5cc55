namespace Larder.Tests.Stress;

/// <summary>One run of many tasks on real threads: what happens between any two instructions is up to the machine.</summary>
internal static class ThreadedRun
{
    public static async Task<(List<Violation> Violations, int Operations)> RunAsync(RunPlan plan, Func<ISubject>? subject = null)
    {
        var world = new World(plan, new RandomPacer(plan.Seed, plan.Fails ? 0.1 : 0), subject);
        try
        {
            using var time = new CancellationTokenSource();
            Task clock = MoveTimeAsync(world, time.Token);
            Task sampler = plan.MaxEntries is null ? Task.CompletedTask : StressTests.OnThreadOfItsOwn(() => Sample(world, time.Token));
            Task[] clients = [.. world.Clients.Select(static client => Task.Run(() => WorkAsync(client)))];
            await Task.WhenAll(clients).WaitAsync(TimeSpan.FromSeconds(60));
            await time.CancelAsync();
            await clock;
            await sampler;
            for (int i = 0; i < (plan.Fails ? 20 : 0); i++)
            {
                world.Time.Advance(TimeSpan.FromSeconds(1));
                await Task.Yield();
            }

            if (!plan.Fails)
                await world.ReadAllAsync().WaitAsync(TimeSpan.FromSeconds(60));
        }
        catch (TimeoutException)
        {
            world.History.Add(new Violation("progress", "some clients never end"));
        }

        await world.DisposeAsync();
        return (HistoryChecker.Check(world.History, plan), world.History.Operations);
    }

    // On a thread of its own, for as long as the others work.
    private static void Sample(World world, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            foreach (Client client in world.Clients)
                client.CheckBound();
        }
    }

    private static async Task WorkAsync(Client client)
    {
        while (client.HasMore)
        {
            Task operation = client.Begin();
            if (!operation.IsCompleted && Random.Shared.Next(4) == 0)
            {
                await Task.Yield();
                TryCancel(client);
            }

            await operation;
        }
    }

    private static void TryCancel(Client client)
    {
        try
        {
            client.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The operation ended meanwhile.
            return;
        }
    }

    private static async Task MoveTimeAsync(World world, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(1, CancellationToken.None);
            if (world.Plan.Expires)
                world.Expire();
            else
                world.Time.Advance(world.Plan.EagerRefresh ? RunPlan.Ttl * 0.3 : TimeSpan.FromMilliseconds(200));
        }
    }
}
