using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Larder.Memory;

/// <summary>Links and nothing else: 8 bytes a slot.</summary>
internal struct SlotLinks : ISlotLinks
{
    private SlotLink[] _links;

    public SlotLinks() => _links = [];

    public void Resize(int capacity) => Array.Resize(ref _links, capacity + 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ref SlotLink At(int slot) => ref _links[slot];
}

/// <summary>One list over <see cref="ISlotLinks"/>: enters at the head, leaves at the tail, or from anywhere.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct SlotList
{
    public int Head;
    public int Tail;
    public int Count;

    public void AddHead<TLinks>(in TLinks links, int slot)
        where TLinks : struct, ISlotLinks
    {
        ref SlotLink link = ref links.At(slot);
        link.Newer = 0;
        link.Older = Head;
        if (Head != 0)
            links.At(Head).Newer = slot;
        else
            Tail = slot;
        Head = slot;
        Count++;
    }

    public void AddTail<TLinks>(in TLinks links, int slot)
        where TLinks : struct, ISlotLinks
    {
        ref SlotLink link = ref links.At(slot);
        link.Older = 0;
        link.Newer = Tail;
        if (Tail != 0)
            links.At(Tail).Older = slot;
        else
            Head = slot;
        Tail = slot;
        Count++;
    }

    public void Remove<TLinks>(in TLinks links, int slot)
        where TLinks : struct, ISlotLinks
    {
        SlotLink link = links.At(slot);
        if (link.Newer != 0)
            links.At(link.Newer).Older = link.Older;
        else
            Head = link.Older;
        if (link.Older != 0)
            links.At(link.Older).Newer = link.Newer;
        else
            Tail = link.Newer;
        Count--;
    }

    public void MoveToHead<TLinks>(in TLinks links, int slot)
        where TLinks : struct, ISlotLinks
    {
        if (slot == Head)
            return;
        Remove(links, slot);
        AddHead(links, slot);
    }

    /// <summary>Writes the slots from tail to head and returns how many.</summary>
    public readonly int CopyTo<TLinks>(in TLinks links, Span<int> slots)
        where TLinks : struct, ISlotLinks
    {
        int count = 0;
        for (int slot = Tail; slot != 0; slot = links.At(slot).Newer)
            slots[count++] = slot;
        return count;
    }
}
