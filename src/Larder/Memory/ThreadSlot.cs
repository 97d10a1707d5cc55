using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Larder.Memory;

/// <summary>A small number for the current thread that no other living thread has: 1 and up, handed on when its thread has ended.</summary>
/// <remarks>
/// <para>Invariant: of all threads alive, at most one reads a given number from <see cref="Current"/>. Whoever
/// indexes memory by it is therefore that memory's only writer, and plain writes lose nothing.</para>
/// <para>A number returns to the pool in the finalizer of the object that its thread alone keeps alive, so after
/// the thread's last instruction; the pool's lock orders that before the first instruction of the next holder. The
/// smallest goes first: numbers stay as small as the largest count of threads that ever lived at the same time.</para>
/// </remarks>
internal static class ThreadSlot
{
    // Beside nothing that needs a static constructor, so that reading it is one load relative to the thread.
    [ThreadStatic]
    private static uint _number;

    [ThreadStatic]
    private static Lease? _lease;

    public static uint Current
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            uint number = _number;
            return number != 0 ? number : Take();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static uint Take()
    {
        _lease = new Lease();
        return _number = _lease.Number;
    }

    /// <summary>Lives as long as its thread's statics; the finalizer gives the number back.</summary>
    private sealed class Lease
    {
        // Guarded by Gate: numbers that ended threads have given back, and the highest ever given. Nothing is called under it.
        private static readonly Lock Gate = new();
        private static readonly PriorityQueue<uint, uint> Free = new();
        private static uint _highest;

        public Lease()
        {
            lock (Gate)
                Number = Free.TryDequeue(out uint number, out _) ? number : ++_highest;
        }

        [SuppressMessage("Design", "MA0055:Do not use finalizer", Justification = "Nothing else tells that a thread has ended.")]
        ~Lease()
        {
            lock (Gate)
                Free.Enqueue(Number, Number);
        }

        public uint Number { get; }
    }
}
