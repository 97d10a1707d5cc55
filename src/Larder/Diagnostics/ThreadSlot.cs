using System.Runtime.CompilerServices;

namespace Larder.Diagnostics;

/// <summary>
/// A small number that no two living threads share, handed on when its thread has died.
/// </summary>
/// <remarks>
/// <para>Invariant: of all threads alive, at most one reads a given number from <see cref="Current"/>. Whoever
/// indexes memory by it is therefore that memory's only writer, and plain writes lose nothing.</para>
/// <para>A number returns to the pool in the finalizer of the object that its thread alone keeps alive, so after
/// the thread's last instruction; the pool's lock orders that before the first instruction of the next holder.
/// Numbers stay as small as the largest count of threads that ever lived at the same time.</para>
/// </remarks>
internal sealed class ThreadSlot
{
    // Beside nothing that needs a static constructor, so that reading it is one load relative to the thread.
    [ThreadStatic]
    private static int _number;

    [ThreadStatic]
    private static ThreadSlot? _slot;

    private readonly int _index;

    private ThreadSlot(int index) => _index = index;

#pragma warning disable MA0055 // The death of a thread is told to nobody else.
    ~ThreadSlot() => Pool.Return(_index);
#pragma warning restore MA0055

    /// <summary>The running thread's number; -1 when it has none yet.</summary>
    public static int Current
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _number - 1;
    }

    /// <summary>The running thread's number, which it gets if it has none yet.</summary>
    public static int Acquire()
    {
        if (_number == 0)
        {
            _slot = new ThreadSlot(Pool.Rent());
            _number = _slot._index + 1;
        }

        return _number - 1;
    }

    private static class Pool
    {
        // Protects the two fields below. Never held while calling out.
        private static readonly Lock Gate = new();
        private static readonly PriorityQueue<int, int> Free = new();
        private static int _next;

        public static int Rent()
        {
            lock (Gate)
                return Free.TryDequeue(out int index, out _) ? index : _next++;
        }

        public static void Return(int index)
        {
            lock (Gate)
                Free.Enqueue(index, index);
        }
    }
}
