using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Larder.Memory;

/// <summary>A mutual exclusion lock for work of a tenth of a microsecond: spins longer before it sleeps than the runtime's own.</summary>
/// <remarks>
/// <para>The three-state lock of U. Drepper, "Futexes are tricky" (2011), with a monitor in place of the futex: 0 free,
/// 1 held, 2 held and perhaps somebody sleeps. A sleeper sets 2 while it holds the monitor and lets go of that only by
/// waiting, so whoever releases a 2 and pulses under the monitor cannot miss it.</para>
/// <para>Not fair, and not reentrant: a thread that is known to hold it (<see cref="EnterAs"/>) and asks for it again is
/// told so, instead of waiting for itself for ever.</para>
/// <para>A thread that is interrupted while it waits leaves with the runtime's exception, as from a lock; a pulse that
/// was meant for it goes to the next, and whoever lets go of the gate is not interrupted in between.</para>
/// </remarks>
internal sealed class Gate
{
    private const int Free = 0;
    private const int Held = 1;
    private const int HeldAndAwaited = 2;

    // Each 0.4 microseconds, several times what a holder needs: looking more often takes the gate's line from the holder in the middle of its
    // work. Together some 25 microseconds: whoever holds the gate for longer is most likely not running.
    private const int Spins = 60;
    private const int Pause = 16;

    private readonly object _sleepers = new();
    private Word _word;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Scope Enter()
    {
        if (Interlocked.CompareExchange(ref _word.State, Held, Free) != Free)
            EnterSlowly();
        return new Scope(this);
    }

    /// <summary>Enters, and notes who does: for holders that may call code of others, which may call back.</summary>
    /// <param name="thread">The caller's <see cref="Environment.CurrentManagedThreadId"/>.</param>
    public Scope EnterAs(int thread)
    {
        Scope scope = Enter();
        Volatile.Write(ref _word.Holder, thread);
        return scope;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void EnterSlowly()
    {
        // Only this thread can have written its own number, and only while it holds the gate.
        if (Volatile.Read(ref _word.Holder) == Environment.CurrentManagedThreadId)
            throw new LockRecursionException("A cache was called by an Equals or a comparer that it was calling itself, under its lock. Only look-ups may be called there.");

        if (Environment.ProcessorCount > 1)
        {
            for (int spin = 0; spin < Spins; spin++)
            {
                Thread.SpinWait(Pause);
                if (Volatile.Read(ref _word.State) == Free && Interlocked.CompareExchange(ref _word.State, Held, Free) == Free)
                    return;
            }
        }

        lock (_sleepers)
        {
            while (Interlocked.Exchange(ref _word.State, HeldAndAwaited) != Free)
                Sleep();
        }
    }

    private void Sleep()
    {
        try
        {
            Monitor.Wait(_sleepers);
        }
        catch (ThreadInterruptedException)
        {
            Monitor.Pulse(_sleepers);
            throw;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Exit()
    {
        _word.Holder = 0;
        if (Interlocked.Exchange(ref _word.State, Free) == HeldAndAwaited)
            WakeOne();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void WakeOne()
    {
        bool interrupted = false;
        while (true)
        {
            try
            {
                lock (_sleepers)
                    Monitor.Pulse(_sleepers);
                break;
            }
            catch (ThreadInterruptedException)
            {
                interrupted = true;
            }
        }

        if (interrupted)
            Thread.CurrentThread.Interrupt();
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

        /// <summary>The thread that holds the gate, if it said so; else 0.</summary>
        [FieldOffset(132)]
        public int Holder;
    }
}
