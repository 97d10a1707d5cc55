namespace Larder.Resilience;

/// <content>Removals of many keys, in one call to the store.</content>
internal sealed partial class StoreWriter
{
    // One call has the time of one write, however many keys it is about.
    private const int MostAtOnce = 500;

    /// <summary>Starts removals that <see cref="Enqueue"/> put in line, many in a call, and waits for them, but no longer than a write may take.</summary>
    /// <returns>Why one of them did not reach the store; <see langword="null"/> when all did. Those that did not stay in line.</returns>
    public async ValueTask<Exception?> CompleteRemovalsAsync(IReadOnlyList<WriteTicket> tickets, CancellationToken cancellationToken)
    {
        foreach (WriteSlot[] idle in tickets.Where(static ticket => ticket.Start).Select(static ticket => ticket.Slot).Chunk(MostAtOnce))
            _ = idle.Length == 1 ? RunAsync(idle[0]) : RunTogetherAsync(idle);

        Task<WriteResult[]> tried = Task.WhenAll(tickets.Select(static ticket => ticket.Write.Tried.Task));
        try
        {
            WriteResult[] results = await tried.WaitAsync(_options.WriteTimeout, _clock.Provider, cancellationToken).ConfigureAwait(false);
            return Array.Find(results, static result => result.Error is not null).Error;
        }
        catch (TimeoutException timeout)
        {
            return timeout;
        }
    }

    // By the time it is taken, something newer than the removal may have come: that one runs by itself.
    private async Task RunTogetherAsync(WriteSlot[] slots)
    {
        var removals = new List<(WriteSlot Slot, PendingWrite Write)>(slots.Length);
        foreach (WriteSlot slot in slots)
        {
            if (TryTakeRemoval(slot) is { } removal)
                removals.Add((slot, removal));
            else
                _ = RunAsync(slot);
        }

        if (removals.Count == 0)
            return;
        (WriteResult result, Task settled) = await _writes.TryRemoveAsync([.. removals.Select(static one => one.Slot.Name)]).ConfigureAwait(false);
        foreach ((WriteSlot slot, PendingWrite write) in removals)
            _ = GoOnAsync(slot, write, result, settled);
    }

    private async Task GoOnAsync(WriteSlot slot, PendingWrite write, WriteResult result, Task settled)
    {
        if (await EndAsync(slot, write, result, settled).ConfigureAwait(false))
            await RunAsync(slot).ConfigureAwait(false);
    }

    private static PendingWrite? TryTakeRemoval(WriteSlot slot)
    {
        lock (slot.Gate)
            return slot.Newest is PendingRemove ? Take(slot) : null;
    }
}
