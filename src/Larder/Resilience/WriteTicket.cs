namespace Larder.Resilience;

/// <summary>A change in line.</summary>
/// <param name="Slot">Where it waits.</param>
/// <param name="Write">The change.</param>
/// <param name="Start">Whether nobody runs the slot yet.</param>
internal readonly record struct WriteTicket(WriteSlot Slot, PendingWrite Write, bool Start);
