namespace Larder.Tests.Stress;

/// <summary>What happened in one run, in logical time: one counter, so that "ended before began" is a comparison.</summary>
internal sealed class History
{
    /// <summary>The end of what never ended: an operation that threw or was still under way when the run ended.</summary>
    public const long Never = long.MaxValue;

    private readonly Lock _gate = new(); // Guards the lists.
    private readonly List<Read> _reads = [];
    private readonly List<Change> _changes = [];
    private readonly List<FactoryRun> _runs = [];
    private readonly List<TimeJump> _jumps = [];
    private readonly List<Telling> _tellings = [];
    private readonly List<Surrender> _surrenders = [];
    private readonly List<Touch> _touches = [];
    private readonly List<Violation> _seen = [];
    private long _now;
    private long _lastValue;
    private int _operations;

    public int Operations => Volatile.Read(ref _operations);

    public IReadOnlyList<Read> Reads => _reads;

    public IReadOnlyList<Change> Changes => _changes;

    public IReadOnlyList<FactoryRun> Runs => _runs;

    public IReadOnlyList<TimeJump> Jumps => _jumps;

    public IReadOnlyList<Telling> Tellings => _tellings;

    public IReadOnlyList<Surrender> Surrenders => _surrenders;

    public IReadOnlyList<Touch> Touches => _touches;

    /// <summary>What was found wrong while the run went on.</summary>
    public IReadOnlyList<Violation> Seen => _seen;

    /// <summary>Everything in the order in which it began.</summary>
    public override string ToString() => string.Join('\n', _reads.Select(static read => (read.Start, Text: read.ToString()))
        .Concat(_changes.Select(static change => (change.Start, Text: change.ToString())))
        .Concat(_runs.Select(static run => (run.Start, Text: run.ToString())))
        .Concat(_jumps.Select(static jump => (jump.Start, Text: jump.ToString())))
        .OrderBy(static one => one.Start).Select(static one => one.Text));

    public long Tick() => Interlocked.Increment(ref _now);

    /// <summary>A value that nobody else writes.</summary>
    public long NewValue() => Interlocked.Increment(ref _lastValue);

    public void Began() => Interlocked.Increment(ref _operations);

    public void Add(Read read)
    {
        lock (_gate)
            _reads.Add(read);
    }

    public void Add(Change change)
    {
        lock (_gate)
            _changes.Add(change);
    }

    public void Add(FactoryRun run)
    {
        lock (_gate)
            _runs.Add(run);
    }

    public void Add(TimeJump jump)
    {
        lock (_gate)
            _jumps.Add(jump);
    }

    public void Add(Telling telling)
    {
        lock (_gate)
            _tellings.Add(telling);
    }

    public void Add(Surrender surrender)
    {
        lock (_gate)
            _surrenders.Add(surrender);
    }

    public void Add(Touch touch)
    {
        lock (_gate)
            _touches.Add(touch);
    }

    public void Add(Violation violation)
    {
        lock (_gate)
            _seen.Add(violation);
    }
}

/// <summary>A read that returned a value.</summary>
internal sealed record Read(int Cache, int Key, string What, long Start, long End, long Value);

/// <summary>A write or an invalidation of one key; the source's version was raised to <paramref name="Version"/> before it began.</summary>
internal sealed record Change(int Cache, int Key, string What, long Version, long Start, long? Value)
{
    /// <summary>When it was acknowledged; <see cref="History.Never"/> when it was not.</summary>
    public long End { get; set; } = History.Never;
}

/// <summary>One run of a factory for one key.</summary>
internal sealed record FactoryRun(int Cache, int Key, long Value, long OperationStart, long Start)
{
    /// <summary>The version that it read from the source.</summary>
    public long Version { get; set; }

    public long End { get; set; } = History.Never;

    /// <summary>When the operation that brought the factory ended: not before its value was kept, unless it gave up waiting.</summary>
    public long OperationEnd { get; set; } = History.Never;

    /// <summary>Whether its token was ever cancelled: then nobody waits for it, and another may run beside it.</summary>
    public bool Cancelled { get; set; }
}

/// <summary>Time was moved so far that whatever was kept before it has expired.</summary>
internal sealed record TimeJump(long Start, long End);

/// <summary>A cache was told that something in the store has changed, which may have been a while ago.</summary>
internal sealed record Telling(int Cache, long Start, long End);

/// <summary>A key was given another TTL.</summary>
internal sealed record Touch(int Cache, int Key, long Start, long End);

/// <summary>A caller stopped waiting: cancelled, or out of time.</summary>
internal sealed record Surrender(int Cache, long Start, long End);

/// <summary>A guarantee was broken.</summary>
internal sealed record Violation(string Guarantee, string Text)
{
    public override string ToString() => $"{Guarantee}: {Text}";
}
