using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Larder.Time;

/// <summary>
/// Milliseconds since some moment in the past, monotonic, cheap enough for every hit.
/// </summary>
/// <remarks>
/// <para>Over the system's time provider, <see cref="Now"/> is a field that one process-wide thread advances
/// every <see cref="StepMilliseconds"/>: reading it costs a load, while asking the operating system costs as much
/// as a whole look-up. It is never ahead of the real time, and behind it by one step plus what the scheduler adds.
/// Whoever needs more (a write, a miss) reads <see cref="Exact"/>.</para>
/// <para>Over any other provider (a test's), both ask the provider, so that moving its time is seen at once.</para>
/// <para>The moment is that of the first clock over the system's provider, for all of those, and for any other that of
/// the clock's making.</para>
/// </remarks>
internal sealed unsafe class Clock
{
    /// <summary>How far <see cref="Now"/> may lag behind, in milliseconds, on a machine that schedules the ticker in time.</summary>
    public const int StepMilliseconds = 10;

    /// <summary>A time that never comes: "does not expire".</summary>
    public const long Never = long.MaxValue;

    // What a TimeSpan holds at most; later times are not told from Never.
    private const long Longest = long.MaxValue / TimeSpan.TicksPerMillisecond;

    // Later than every time but Never.
    private static readonly long[] Far = NewCell(Never - 1);

    private readonly TimeProvider? _asked;
    private readonly long _origin;

    public Clock(TimeProvider provider)
    {
        Provider = provider;
        _asked = ReferenceEquals(provider, TimeProvider.System) ? null : provider;
        if (_asked is null)
            Ticker.EnsureStarted();
        else
            _origin = provider.GetTimestamp();
        Glance = AddressOf(_asked is null ? Ticker.Cell : Far);
    }

    public TimeProvider Provider { get; }

    /// <summary>The coarse time: at most the exact one, at least the exact one less a step.</summary>
    public long Now
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _asked is null ? Volatile.Read(ref *Glance) : Exact;
    }

    /// <summary>
    /// Where the coarse time over the system's provider stands, and a time later than any but <see cref="Never"/> over
    /// another: one load and no branch. What expires after it is fresh; whoever sees anything else asks <see cref="Now"/>.
    /// Good for ever.
    /// </summary>
    public long* Glance { get; }

    /// <summary>The exact time.</summary>
    public long Exact => _asked is null
        ? Ticker.Read()
        : (long)_asked.GetElapsedTime(_origin).TotalMilliseconds;

    /// <summary>The wall-clock time of now; follows changes of the system's clock, unlike <see cref="Now"/>.</summary>
    public DateTimeOffset UtcNow => Provider.GetUtcNow();

    /// <summary>The time <paramref name="span"/> after now, as <see cref="Never"/> where no span could say how far away that is.</summary>
    public long After(TimeSpan span) => After(Exact, span);

    /// <summary>The time <paramref name="span"/> after <paramref name="start"/>, as <see cref="Never"/> where no span could say how far away that is.</summary>
    public static long After(long start, TimeSpan span)
    {
        if (span == TimeSpan.MaxValue || span == Timeout.InfiniteTimeSpan)
            return Never;
        // Rounded up: a TTL of half a millisecond is not a TTL of zero.
        long milliseconds = (span.Ticks / TimeSpan.TicksPerMillisecond) + (span.Ticks % TimeSpan.TicksPerMillisecond > 0 ? 1 : 0);
        // What is further away than any span can say is for ever.
        return start >= Longest - milliseconds ? Never : start + milliseconds;
    }

    /// <summary>The span from now until <paramref name="time"/>; negative when it has passed, <see langword="null"/> for <see cref="Never"/>.</summary>
    public TimeSpan? Until(long time)
    {
        // Times from outside (a store, a file) may be anything.
        if (time >= Longest)
            return null;
        return TimeSpan.FromTicks(Math.Max(time - Exact, -Longest) * TimeSpan.TicksPerMillisecond);
    }

    // Pinned, so that its address stays; whoever has the address has it from a static field that keeps the array.
    private static long[] NewCell(long value)
    {
        long[] cell = GC.AllocateArray<long>(1, pinned: true);
        cell[0] = value;
        return cell;
    }

    private static long* AddressOf(long[] cell) => (long*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(cell));

    private static class Ticker
    {
        public static readonly long[] Cell = NewCell(0);
        private static readonly long Origin = Stopwatch.GetTimestamp();
        private static int _started;

        public static long Read() => (Stopwatch.GetTimestamp() - Origin) / (Stopwatch.Frequency / 1000);

        public static void EnsureStarted()
        {
            if (Volatile.Read(ref _started) == 1 || Interlocked.Exchange(ref _started, 1) == 1)
                return;

            // A thread of its own and not a timer: timers run on the thread pool, and a starved pool must not
            // make expired entries live longer.
            new Thread(Run) { IsBackground = true, Name = "Larder clock", Priority = ThreadPriority.AboveNormal }.Start();
        }

        private static void Run()
        {
            while (true)
            {
                Volatile.Write(ref Cell[0], Read());
                Thread.Sleep(StepMilliseconds);
            }
        }
    }
}
