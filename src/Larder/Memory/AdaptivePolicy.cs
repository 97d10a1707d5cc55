using System.Runtime.CompilerServices;

namespace Larder.Memory;

/// <summary>
/// S3-FIFO (Yang, Zhang, Qiu, Yue, Rashmi: "FIFO queues are all you need for cache eviction", SOSP '23).
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>A new entry enters the small queue, a tenth of the cache; one that the ghost remembers enters the main queue.</item>
/// <item>A hit raises the entry's mark, up to 3, and moves nothing: a hot entry's hit writes nothing at all.</item>
/// <item>From the small queue's end, an entry marked more than once goes to the main queue; any other leaves, and the ghost remembers it.</item>
/// <item>From the main queue's end, a marked entry goes round again with one mark less; an unmarked one leaves.</item>
/// </list>
/// The going round is bounded for each eviction, so that no single insert pays for everybody's hits.
/// </remarks>
internal struct AdaptivePolicy : IEvictionPolicy
{
    private const byte HighestMark = 3;
    private const int StepsPerEviction = 64;

    private SlotLinks _links;

    // Read and written without the gate by hits; a lost mark is a lost guess.
    private byte[] _marks;

    private bool[] _inMain;
    private SlotList _small;
    private SlotList _main;
    private Ghost? _ghost;

    public AdaptivePolicy()
    {
        _links = new SlotLinks();
        _marks = [];
        _inMain = [];
    }

    public static bool LocksOnHit => false;

    public void Resize(int capacity)
    {
        _links.Resize(capacity);
        Array.Resize(ref _marks, capacity + 1);
        Array.Resize(ref _inMain, capacity + 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void OnHit(int slot)
    {
        byte[] marks = _marks;
        if ((uint)slot < (uint)marks.Length && marks[slot] < HighestMark)
            marks[slot]++;
    }

    public readonly void Touch(int slot) => OnHit(slot);

    public void OnInsert(int slot, uint hash)
    {
        _marks[slot] = 0;
        bool remembered = _ghost is not null && _ghost.TryTake(hash);
        _inMain[slot] = remembered;
        if (remembered)
            _main.AddHead(_links, slot);
        else
            _small.AddHead(_links, slot);
    }

    public void OnRemove(int slot)
    {
        if (_inMain[slot])
            _main.Remove(_links, slot);
        else
            _small.Remove(_links, slot);
    }

    public int Evict<THashes>(in THashes hashes)
        where THashes : struct, ISlotHashes, allows ref struct
    {
        int entries = _small.Count + _main.Count;
        if (_ghost is null || _ghost.Length < entries / 2)
            _ghost = new Ghost(entries);

        int smallTarget = Math.Max(1, entries / 10);
        for (int step = 0; ; step++)
        {
            bool last = step >= StepsPerEviction;
            if (_main.Count == 0 || _small.Count > smallTarget)
            {
                int slot = _small.Tail;
                _small.Remove(_links, slot);
                if (_marks[slot] <= 1 || last)
                {
                    _ghost.Add(hashes[slot]);
                    return slot;
                }

                _marks[slot] = 0;
                _inMain[slot] = true;
                _main.AddHead(_links, slot);
            }
            else
            {
                int slot = _main.Tail;
                _main.Remove(_links, slot);
                if (_marks[slot] == 0 || last)
                    return slot;
                _marks[slot]--;
                _main.AddHead(_links, slot);
            }
        }
    }

    public readonly int CopyOrder(Span<int> slots)
    {
        int small = _small.CopyTo(_links, slots);
        return small + _main.CopyTo(_links, slots[small..]);
    }

    public void Clear()
    {
        _small = default;
        _main = default;
        _ghost = null;
    }
}
