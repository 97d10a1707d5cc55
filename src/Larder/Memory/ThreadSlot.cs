using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Larder.Memory;

/// <summary>A small number for the current thread that no other living thread has: 1 and up, reused when a thread has ended.</summary>
internal static class ThreadSlot
{
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
        // Guarded by its own lock: numbers that ended threads have given back, and the highest ever given.
        private static readonly Stack<uint> Free = new();
        private static uint _highest;

        public Lease()
        {
            lock (Free)
                Number = Free.TryPop(out uint number) ? number : ++_highest;
        }

        [SuppressMessage("Design", "MA0055:Do not use finalizer", Justification = "Nothing else tells that a thread has ended.")]
        ~Lease()
        {
            lock (Free)
                Free.Push(Number);
        }

        public uint Number { get; }
    }
}
