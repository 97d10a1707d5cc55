using System.Buffers;

namespace Larder.Keys;

/// <summary>
/// The written elements of a set or dictionary, which are brought into ordinal order where they stand, so that the
/// order in which they came leaves no trace.
/// </summary>
internal struct UnorderedParts
{
    private readonly List<(int Start, int End)> _parts = [];
    private readonly int _start;
    private int _end;

    /// <summary>Starts with no elements.</summary>
    /// <param name="start">Where the first element will begin.</param>
    public UnorderedParts(int start) => _start = _end = start;

    /// <summary>Notes that an element ends here, and the next begins.</summary>
    public void Add(int end)
    {
        _parts.Add((_end, end));
        _end = end;
    }

    /// <summary>Sorts the elements in the text that they were written to.</summary>
    public readonly void Sort(Span<char> text)
    {
        if (_parts.Count < 2)
            return;

        Span<char> region = text[_start.._end];
        char[] copy = ArrayPool<char>.Shared.Rent(region.Length);
        region.CopyTo(copy);
        int offset = _start;
        _parts.Sort((a, b) => copy.AsSpan((a.Start - offset)..(a.End - offset)).SequenceCompareTo(copy.AsSpan((b.Start - offset)..(b.End - offset))));
        foreach ((int from, int to) in _parts)
        {
            copy.AsSpan((from - offset)..(to - offset)).CopyTo(region);
            region = region[(to - from)..];
        }

        ArrayPool<char>.Shared.Return(copy);
    }
}
