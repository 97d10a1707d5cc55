using Larder.Stores;

namespace Larder.Tests.Stress;

/// <summary>The caches of one run, what is behind them, and who uses them.</summary>
internal sealed class World : IAsyncDisposable
{
    private readonly List<ISubject> _subjects = [];
    private readonly InMemoryStore? _data;

    public World(RunPlan plan, IPacer pacer, Func<ISubject>? subject = null)
    {
        Plan = plan;
        Pacer = pacer;
        Source = new Source(plan.Keys);
        if (plan.Topology != Topology.MemoryOnly)
            _data = new InMemoryStore(new InMemoryStoreOptions { TimeProvider = Time });
        for (int i = 0; i < plan.Caches; i++)
            _subjects.Add(subject?.Invoke() ?? Make(PacedStoreOf(i)));
        Clients = [.. Enumerable.Range(0, plan.Clients).Select(i => new Client(i, plan, _subjects[i % plan.Caches], i % plan.Caches, Source, History, pacer))];
    }

    public RunPlan Plan { get; }

    public IPacer Pacer { get; }

    public Source Source { get; }

    public History History { get; } = new();

    public ManualTimeProvider Time { get; } = new();

    public IReadOnlyList<Client> Clients { get; }

    public IReadOnlyList<ISubject> Subjects => _subjects;

    /// <summary>Moves time beyond every TTL.</summary>
    public void Expire()
    {
        long start = History.Tick();
        Time.Advance(RunPlan.Ttl);
        History.Add(new TimeJump(start, History.Tick()));
    }

    /// <summary>Somebody who reads in every cache, and in one that only knows the store.</summary>
    public async Task ReadAllAsync()
    {
        for (int i = 0; i < _subjects.Count; i++)
            await new Client(100 + i, Plan, _subjects[i], i, Source, History, Pacer).ReadAllAsync();
        if (_data is null)
            return;

        await using ISubject stranger = Make(PacedStoreOf(-1));
        await new Client(200, Plan, stranger, -1, Source, History, Pacer).ReadAllAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ISubject subject in _subjects)
            await subject.DisposeAsync();
    }

    private PacedStore? PacedStoreOf(int cache) => Plan.Topology switch
    {
        Topology.MemoryOnly => null,
        Topology.FailingStore => new PacedStore(_data!.Connect(), Pacer, Plan),
        _ => new PacedCapableStore(_data!.Connect(), Pacer, Plan, History, cache),
    };

    private LarderSubject Make(ICacheStore? store) => new(Cache.Create(options =>
    {
        options.TimeProvider = Time;
        options.DefaultTtl = RunPlan.Ttl;
        options.Grace = Plan.Grace ? TimeSpan.FromHours(1) : TimeSpan.Zero;
        options.GraceThrottle = TimeSpan.FromSeconds(1);
        options.EagerRefresh = Plan.EagerRefresh ? 0.5 : 0;
        options.CompleteInBackground = Plan.CompleteInBackground;
        options.MaxEntries = Plan.MaxEntries ?? 1000;
        if (Plan.Timeouts)
        {
            options.SoftTimeout = TimeSpan.FromMilliseconds(100);
            options.HardTimeout = TimeSpan.FromMilliseconds(500);
        }

        options.Store.LeaseDuration = Plan.Fails ? TimeSpan.FromSeconds(30) : TimeSpan.FromDays(20);
        options.Store.RecoveryCapacity = Plan.RecoveryCapacity;
        options.Store.ReadTimeout = Plan.Fails ? TimeSpan.FromSeconds(1) : Timeout.InfiniteTimeSpan;
        options.Store.WriteTimeout = Plan.Fails ? TimeSpan.FromSeconds(2) : Timeout.InfiniteTimeSpan;
        if (store is not null)
            options.UseStore(store);
    }));
}
