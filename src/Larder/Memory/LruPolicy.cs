namespace Larder.Memory;

/// <summary>Exactly the least recently used entry goes. A hit and a write are a use.</summary>
/// <remarks>One list in order of use; every use moves its entry to the head, which is why a hit needs the gate.</remarks>
internal struct LruPolicy : IEvictionPolicy
{
    private SlotLinks _links;
    private SlotList _order;

    public LruPolicy() => _links = new SlotLinks();

    public static bool LocksOnHit => true;

    public static byte HighestMark => 0;

    public void Resize(int capacity) => _links.Resize(capacity);

    public readonly void SetBound(long maxEntries)
    {
        // The order is the same whatever the bound.
    }

    public void Touch<TSlots>(int slot, TSlots slots)
        where TSlots : struct, ISlots
        => _order.MoveToHead(_links, slot);

    public void OnInsert<TSlots>(int slot, TSlots slots)
        where TSlots : struct, ISlots
        => _order.AddHead(_links, slot);

    public void OnRemove(int slot) => _order.Remove(_links, slot);

    public int Evict<TSlots>(TSlots slots)
        where TSlots : struct, ISlots
    {
        int slot = _order.Tail;
        _order.Remove(_links, slot);
        return slot;
    }

    public readonly int CopyOrder(Span<int> slots) => _order.CopyTo(_links, slots);

    public void Clear() => _order = default;
}
