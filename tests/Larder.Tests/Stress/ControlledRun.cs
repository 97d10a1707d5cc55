namespace Larder.Tests.Stress;

/// <summary>
/// One run whose interleaving follows from its seed: one thing happens at a time, and when everything that can go on
/// by itself has gone on, the seed chooses what happens next.
/// </summary>
/// <remarks>
/// The choices: a client begins its next operation, somebody waiting at the turnstile (in a factory, before or after
/// a store call) goes on, a store call fails, a caller gives up, time moves. What the cache itself does between two
/// such points is not interleaved here; that is left to the runs on real threads.
/// </remarks>
internal sealed class ControlledRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly RunPlan _plan;
    private readonly Quiescence _quiescence;
    private readonly Turnstile _turnstile = new();
    private readonly World _world;
    private readonly Random _random;
    private bool _storeIsDown;

    private ControlledRun(RunPlan plan, Quiescence quiescence, Func<ISubject>? subject)
    {
        _plan = plan;
        _quiescence = quiescence;
        _random = new Random(plan.Seed);
        _world = new World(plan, _turnstile, subject);
    }

    /// <summary>What a run did and what was wrong with it.</summary>
    internal sealed record Result(List<Violation> Violations, int Operations, int Steps, History History);

    /// <summary>Runs a plan on the calling thread, which must not be one of the pool's.</summary>
    public static Result Run(RunPlan plan, Quiescence quiescence, Func<ISubject>? subject = null) => new ControlledRun(plan, quiescence, subject).Run();

    private Result Run()
    {
        int steps = 0;
        for (int idle = 0; idle < 100 && _world.Clients.Any(static client => client.HasMore || !client.IsIdle); steps++)
        {
            idle = Step() ? 0 : idle + 1;
            _quiescence.Wait();
        }

        Drain();
        History history = _world.History;
        return new Result(HistoryChecker.Check(history, _plan), history.Operations, steps + _turnstile.Passed, history);
    }

    // False when nothing but time could move.
    private bool Step()
    {
        Client[] ready = [.. _world.Clients.Where(static client => client.IsIdle && client.HasMore)];
        List<Turnstile.Gate> gates = _turnstile.Waiting();
        if (_random.Next(12) == 0 && MoveTime())
            return true;
        if (_random.Next(25) == 0 && _world.Clients.FirstOrDefault(static client => client.CanCancel) is { } impatient)
        {
            impatient.Cancel();
            return true;
        }

        if (_plan.Fails && _random.Next(20) == 0)
            _storeIsDown = !_storeIsDown;
        if (gates.Count > 0 && (ready.Length == 0 || _random.NextDouble() < _plan.GateBias))
        {
            Turnstile.Gate gate = gates[_random.Next(gates.Count)];
            _turnstile.Release(gate, gate.MayFail && (_storeIsDown ? _random.Next(10) > 0 : _plan.Fails && _random.Next(10) == 0));
            return true;
        }

        if (ready.Length > 0)
        {
            _ = ready[_random.Next(ready.Length)].Begin();
            return true;
        }

        // Everybody waits for time to pass: for a timeout, a lease, a circuit.
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        return false;
    }

    private bool MoveTime()
    {
        if (_plan.Expires && _random.Next(3) == 0)
        {
            _world.Expire();
            return true;
        }

        TimeSpan? by = _random.Next(5) switch
        {
            0 when _plan.Timeouts => TimeSpan.FromMilliseconds(150),
            1 when _plan.Timeouts => TimeSpan.FromMilliseconds(600),
            2 when _plan.EagerRefresh => RunPlan.Ttl * 0.6,
            3 when _plan.Fails => TimeSpan.FromSeconds(1.1),
            4 when _plan.Fails => TimeSpan.FromSeconds(3),
            _ => null,
        };
        if (by is { } some)
            _world.Time.Advance(some);
        return by is not null;
    }

    // The store is well, nobody is held any more: everything must come to an end, and then be right.
    private void Drain()
    {
        _turnstile.OpenAll();
        _quiescence.Wait();
        for (int i = 0; i < 100 && _world.Clients.Any(static client => !client.IsIdle); i++)
            Pass(TimeSpan.FromSeconds(1));

        foreach (Client client in _world.Clients.Where(client => !client.IsIdle && !ComesToAnEnd(client.Current)))
            _world.History.Add(new Violation("progress", $"a client waits for ever: {client.Current.Status}"));

        // The circuit closes and what failed is repeated.
        for (int i = 0; i < (_plan.Fails ? 20 : 0); i++)
            Pass(TimeSpan.FromSeconds(1));

        Finish(_world.ReadAllAsync(), "the last reads");
        Finish(_world.DisposeAsync().AsTask(), "disposal");
    }

    private void Pass(TimeSpan time)
    {
        _world.Time.Advance(time);
        _quiescence.Wait();
    }

    // That nothing goes on any more is a guess of Quiescence, which something else on the machine can mislead. It decides what
    // comes next, not whether somebody waits for ever.
    private bool ComesToAnEnd(Task task)
    {
        long end = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (Task.WaitAny([task], millisecondsTimeout: 10) < 0)
        {
            if (Environment.TickCount64 > end)
                return false;
            Pass(TimeSpan.FromSeconds(1));
        }

        return true;
    }

    private void Finish(Task task, string what)
    {
        for (int i = 0; i < 30 && !task.IsCompleted; i++)
        {
            _quiescence.Wait();
            if (!task.IsCompleted)
                Pass(TimeSpan.FromSeconds(1));
        }

        if (!ComesToAnEnd(task))
            _world.History.Add(new Violation("progress", $"{what} never end"));
        else if (task.Exception is { } error)
            _world.History.Add(new Violation("surprise", $"{what}: {Client.Brief(error.InnerException!)}"));
    }
}
