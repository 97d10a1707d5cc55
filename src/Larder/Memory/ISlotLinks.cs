using System.Runtime.InteropServices;

namespace Larder.Memory;

/// <summary>The links of doubly linked lists of slots, by number, for all lists: a slot is in at most one.</summary>
internal interface ISlotLinks
{
    ref SlotLink At(int slot);
}

/// <summary>The neighbours of a slot in its list.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SlotLink
{
    /// <summary>Towards the head, where slots enter; 0 at the head.</summary>
    public int Newer;

    /// <summary>Towards the tail, where they leave; 0 at the tail.</summary>
    public int Older;
}
