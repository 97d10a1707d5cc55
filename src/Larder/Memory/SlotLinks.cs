using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Larder.Memory;

/// <summary>The links of doubly linked lists of slots, by number: 8 bytes a slot for all lists, a slot being in at most one.</summary>
internal struct SlotLinks
{
    private Link[] _links;

    public SlotLinks() => _links = [];

    public readonly int Capacity => _links.Length - 1;

    public void Resize(int capacity) => Array.Resize(ref _links, capacity + 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ref Link At(int slot) => ref _links[slot];

    [StructLayout(LayoutKind.Sequential)]
    public struct Link
    {
        /// <summary>Towards the head, where slots enter; 0 at the head.</summary>
        public int Newer;

        /// <summary>Towards the tail, where they leave; 0 at the tail.</summary>
        public int Older;
    }
}

/// <summary>One list over <see cref="SlotLinks"/>: enters at the head, leaves at the tail, or from anywhere.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct SlotList
{
    public int Head;
    public int Tail;
    public int Count;

    public void AddHead(in SlotLinks links, int slot)
    {
        ref SlotLinks.Link link = ref links.At(slot);
        link.Newer = 0;
        link.Older = Head;
        if (Head != 0)
            links.At(Head).Newer = slot;
        else
            Tail = slot;
        Head = slot;
        Count++;
    }

    public void AddTail(in SlotLinks links, int slot)
    {
        ref SlotLinks.Link link = ref links.At(slot);
        link.Older = 0;
        link.Newer = Tail;
        if (Tail != 0)
            links.At(Tail).Older = slot;
        else
            Head = slot;
        Tail = slot;
        Count++;
    }

    public void Remove(in SlotLinks links, int slot)
    {
        SlotLinks.Link link = links.At(slot);
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

    public void MoveToHead(in SlotLinks links, int slot)
    {
        if (slot == Head)
            return;
        Remove(links, slot);
        AddHead(links, slot);
    }

    /// <summary>Writes the slots from tail to head and returns how many.</summary>
    public readonly int CopyTo(in SlotLinks links, Span<int> slots)
    {
        int count = 0;
        for (int slot = Tail; slot != 0; slot = links.At(slot).Newer)
            slots[count++] = slot;
        return count;
    }
}
