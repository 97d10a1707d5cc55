using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Larder.Memory;

/// <summary>A mutual exclusion lock for work of a tenth of a microsecond: spins longer before it sleeps than the runtime's own.</summary>
/// <remarks>
/// <para>The three-state lock of U. Drepper, "Futexes are tricky" (2011), with a monitor in place of the futex: 0 free,
/// 1 held, 2 held and perhaps somebody sleeps. A sleeper sets 2 while it holds the monitor and lets go of that only by
/// waiting, so whoever releases a 2 and pulses under the monitor cannot miss it.</para>
/// <para>Not reentrant, and not fair. Callbacks never run under it.</para>
/// </remarks>
internal sealed class Gate
{
    private const int Free = 0;
    private const int Held = 1;
    private const int HeldAndAwaited = 2;

    // Together some microseconds: many times what a holder needs, far less than putting a thread to sleep costs.
    private const int Spins = 60;
    private const int LongestPause = 16;

    private readonly object _sleepers = new();
    private Word _word;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Scope Enter()
    {
        if (Interlocked.CompareExchange(ref _word.State, Held, Free) != Free)
            EnterSlowly();
        return new Scope(this);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void EnterSlowly()
    {
        if (Environment.ProcessorCount > 1)
        {
            for (int spin = 0; spin < Spins; spin++)
            {
                Thread.SpinWait(Math.Min(LongestPause, 1 << Math.Min(spin, 8)));
                if (Volatile.Read(ref _word.State) == Free && Interlocked.CompareExchange(ref _word.State, Held, Free) == Free)
                    return;
            }
        }

        lock (_sleepers)
        {
            while (Interlocked.Exchange(ref _word.State, HeldAndAwaited) != Free)
                Monitor.Wait(_sleepers);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Exit()
    {
        if (Interlocked.Exchange(ref _word.State, Free) == HeldAndAwaited)
            WakeOne();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void WakeOne()
    {
        lock (_sleepers)
            Monitor.Pulse(_sleepers);
    }

    /// <summary>Lets go of the gate when it is disposed.</summary>
    public readonly ref struct Scope(Gate gate)
    {
        private readonly Gate _gate = gate;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Dispose() => _gate.Exit();
    }

    /// <summary>The gate's word on cache lines of its own: whatever shared them would be taken from its readers by every write.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Word
    {
        [FieldOffset(128)]
        public int State;
    }
}
