using System.Runtime.InteropServices;

namespace Larder.Redis.Keys;

/// <summary>
/// One of several connections to a server, and which keys it carries. All commands of a key go over the same one, to
/// whichever server, so that its reads, its writes and what the server tells of it stay in one order.
/// </summary>
/// <param name="Index">Which of them; 0 for the first, which also carries what has no key.</param>
/// <param name="Count">How many there are to each server; 1 or more.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Lane(int Index, int Count)
{
    /// <summary>Whether the commands of a key go over this connection.</summary>
    public bool Carries(ReadOnlySpan<byte> key) => Count == 1 || Of(HashSlot.Of(key), Count) == Index;

    /// <summary>Which of so many connections carries the keys of a slot.</summary>
    public static int Of(int slot, int count) => slot % count;
}
