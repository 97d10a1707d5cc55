namespace Larder.Tests.Stress;

/// <summary>One run of many tasks on real threads: what happens between any two instructions is up to the machine.</summary>
internal static class ThreadedRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task<(List<Violation> Violations, int Operations)> RunAsync(RunPlan plan, Func<ISubject>? subject = null)
    {
        var world = new World(plan, new RandomPacer(plan.Seed, plan.Fails ? 0.1 : 0), subject);
        using var time = new CancellationTokenSource();
        Task clock = MoveTimeAsync(world, time.Token);
        Task sampler = plan.MaxEntries is null ? Task.CompletedTask : StressTests.OnThreadOfItsOwn(() => Sample(world, time.Token));
        Task[] clients = [.. world.Clients.Select(static client => Task.Run(() => WorkAsync(client)))];
        Task all = Task.WhenAll(clients);
        bool ended = await Task.WhenAny(all, Task.Delay(Patience)) == all;
        await time.CancelAsync();
        await clock;
        await sampler;
        if (ended)
            await all;
        else
            world.History.Add(new Violation("progress", "some clients never end"));

        for (int i = 0; i < (plan.Fails ? 20 : 0); i++)
        {
            world.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        if (ended && !plan.Fails)
            await FinishAsync(world, world.ReadAllAsync(), "the last reads");
        await FinishAsync(world, world.DisposeAsync().AsTask(), "disposal");
        return (HistoryChecker.Check(world.History, plan), world.History.Operations);
    }

    // What still goes on may wait for time to pass: for a timeout, a lease, a circuit.
    private static async Task FinishAsync(World world, Task task, string what)
    {
        long end = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (await Task.WhenAny(task, Task.Delay(100)) != task)
        {
            if (Environment.TickCount64 > end)
            {
                world.History.Add(new Violation("progress", $"{what} never end"));
                return;
            }

            world.Time.Advance(TimeSpan.FromSeconds(1));
        }

        await task;
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
