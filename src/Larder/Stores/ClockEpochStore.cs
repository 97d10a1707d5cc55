using System.Buffers.Binary;

namespace Larder.Stores;

/// <summary>
/// Epochs over a store that cannot keep them itself: the counter is the wall clock in microseconds, an epoch is an
/// ordinary entry without TTL that holds the time of the clear.
/// </summary>
/// <remarks>
/// Right for one process, and for several as far as their clocks agree: an entry written by a machine whose clock
/// is ahead outlives a clear by as much. A store that must not depend on clocks implements <see cref="IEpochStore"/>.
/// </remarks>
internal sealed class ClockEpochStore(ICacheStore store, TimeProvider time) : IEpochStore
{
    private long _last;

    public async ValueTask<StoreEpochs> GetEpochsAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        // Taken first: a clear that happens while the epochs are read must not be older than what is stamped with it.
        long counter = Tick();
        ReadOnlyMemory<byte>?[] values = await store.GetManyAsync(names, cancellationToken).ConfigureAwait(false);
        long[] epochs = new long[names.Count];
        for (int i = 0; i < epochs.Length; i++)
            epochs[i] = values[i] is { Length: sizeof(long) } bytes ? BinaryPrimitives.ReadInt64LittleEndian(bytes.Span) : 0;
        return new StoreEpochs(counter, epochs);
    }

    public async ValueTask<long> BumpEpochAsync(string name, CancellationToken cancellationToken)
    {
        long epoch = Tick();
        byte[] bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, epoch);
        await store.SetAsync(name, bytes, timeToLive: null, cancellationToken).ConfigureAwait(false);
        return epoch;
    }

    // Strictly increasing, even when the wall clock stands still or is set back.
    private long Tick()
    {
        while (true)
        {
            long last = Volatile.Read(ref _last);
            long next = Math.Max(last + 1, (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
            if (Interlocked.CompareExchange(ref _last, next, last) == last)
                return next;
        }
    }
}
