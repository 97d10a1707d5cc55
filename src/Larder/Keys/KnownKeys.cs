using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Larder.Keys;

/// <summary>
/// The strings of <see cref="NumberedKey"/>s, and their hashes: who finds one here need not write the key, hash it or
/// compare its characters.
/// </summary>
/// <remarks>
/// <para>Nothing here is ever outdated: which string a head and a number make does not change, whatever becomes of the
/// entry. The strings are those under which entries are kept, so that comparing them is comparing references.</para>
/// <para>The places are few and fixed. A key has two, one beside the other; where both are taken, it takes its first. A
/// place is guarded by a sequence lock: its version is odd while it is written, and another one afterwards.</para>
/// </remarks>
internal sealed class KnownKeys
{
    private const int MostPlaces = 4_096;
    private const int LeastPlaces = 64;
    private const int PlacesPerKey = 4;

    // Where more keys are wanted than there are places, taking turns must not become the work.
    private const int Interval = 16;

    [ThreadStatic]
    private static uint _unknown;

    private readonly Place[] _places;
    private readonly int _shift;

    /// <param name="entries">How many there are at most.</param>
    public KnownKeys(long entries)
    {
        uint places = BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(entries, LeastPlaces / PlacesPerKey, MostPlaces / PlacesPerKey) * PlacesPerKey);
        _places = new Place[places];
        _shift = 64 - BitOperations.Log2(places);
    }

    /// <summary>Whether it is time to make a key known that was not.</summary>
    public static bool IsDue => ++_unknown % Interval == 0;

    /// <summary>Finds a key.</summary>
    /// <param name="sought">The head and the number.</param>
    /// <param name="seed">Of the partition in which it was looked up.</param>
    /// <param name="key">The string they make.</param>
    /// <param name="hash">Its <see cref="LookupHash.Of"/> with the seed; with another one, now and then, if the same key was looked up elsewhere.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(NumberedKey sought, uint seed, out string key, out uint hash)
    {
        nint index = IndexOf(sought, seed);
        return TryRead(index, sought, out key, out hash) || TryRead(index ^ 1, sought, out key, out hash);
    }

    /// <summary>Makes a key known, unless another thread is at its place.</summary>
    public void Add(NumberedKey known, uint seed, string key)
    {
        nint index = IndexOf(known, seed);
        if (!IsFor(index, known) && IsFor(index ^ 1, known))
            index ^= 1;
        ref Place place = ref At(index);
        uint version = Volatile.Read(ref place.Version);
        if ((version & 1) != 0 || Interlocked.CompareExchange(ref place.Version, version + 1, version) != version)
            return;
        place.Head = known.Head;
        place.Number = known.Number;
        place.Key = key;
        place.Hash = LookupHash.Of(key, seed);
        Volatile.Write(ref place.Version, version + 2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryRead(nint index, NumberedKey sought, out string key, out uint hash)
    {
        ref Place place = ref At(index);
        uint version = Volatile.Read(ref place.Version);
        key = place.Key!;
        hash = place.Hash;
        bool found = ReferenceEquals(place.Head, sought.Head) && place.Number == sought.Number && (version & 1) == 0;
        Volatile.ReadBarrier();
        return found && place.Version == version;
    }

    // A guess, as a writer may be there: what it is for is only to leave others alone.
    private bool IsFor(nint index, NumberedKey key)
    {
        ref Place place = ref At(index);
        return place.Head is null || (ReferenceEquals(place.Head, key.Head) && place.Number == key.Number);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private nint IndexOf(NumberedKey key, uint seed) => (nint)(key.Spread(seed) >> _shift);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref Place At(nint index) => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_places), index);

    private struct Place
    {
        public string? Head;
        public string? Key;
        public ulong Number;
        public uint Hash;
        public uint Version;
    }
}
