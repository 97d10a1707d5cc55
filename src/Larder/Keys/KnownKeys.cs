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
/// <para>A key has two places, one beside the other; where both are taken, it takes its first. Before a key displaces another there are
/// twice as many places, up to a bound; what was known is found again. A place is guarded by a sequence lock: its version is
/// odd while it is written, and another one afterwards.</para>
/// </remarks>
internal sealed class KnownKeys
{
    private const int MostPlaces = 8_192;
    private const int LeastPlaces = 64;
    private const int PlacesPerEntry = 4;

    // Where more keys are wanted than there are places, taking turns must not become the work.
    private const int Interval = 16;

    [ThreadStatic]
    private static uint _unknown;

    private readonly int _mostPlaces;
    private Place[] _places = new Place[LeastPlaces];

    /// <param name="entries">How many there are at most.</param>
    public KnownKeys(long entries) =>
        _mostPlaces = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(entries, LeastPlaces / PlacesPerEntry, MostPlaces / PlacesPerEntry) * PlacesPerEntry);

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
        Place[] places = Volatile.Read(ref _places);
        nint index = IndexOf(places, sought, seed);
        return TryRead(ref At(places, index), sought, out key, out hash) || TryRead(ref At(places, index ^ 1), sought, out key, out hash);
    }

    /// <summary>Makes a key known, unless another thread is at its place.</summary>
    public void Add(NumberedKey known, uint seed, string key)
    {
        Place[] places = Volatile.Read(ref _places);
        nint index = IndexOf(places, known, seed);
        if (!IsFor(ref At(places, index), known))
        {
            if (IsFor(ref At(places, index ^ 1), known))
            {
                index ^= 1;
            }
            else if (places.Length < _mostPlaces)
            {
                // Of two threads that do so, one does it in vain.
                Place[] more = new Place[places.Length * 2];
                Interlocked.CompareExchange(ref _places, more, places);
                places = more;
                index = IndexOf(places, known, seed);
            }
        }

        ref Place place = ref At(places, index);
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
    private static bool TryRead(ref Place place, NumberedKey sought, out string key, out uint hash)
    {
        uint version = Volatile.Read(ref place.Version);
        key = place.Key!;
        hash = place.Hash;
        bool found = ReferenceEquals(place.Head, sought.Head) && place.Number == sought.Number && (version & 1) == 0;
        Volatile.ReadBarrier();
        return found && place.Version == version;
    }

    // A guess, as a writer may be there: what it is for is only to leave others alone.
    private static bool IsFor(ref Place place, NumberedKey key) =>
        place.Head is null || (ReferenceEquals(place.Head, key.Head) && place.Number == key.Number);

    // The upper bits, as many as there are places for.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint IndexOf(Place[] places, NumberedKey key, uint seed) =>
        (nint)(key.Spread(seed) >> (BitOperations.LeadingZeroCount((ulong)places.Length) + 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref Place At(Place[] places, nint index) => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(places), index);

    private struct Place
    {
        public string? Head;
        public string? Key;
        public ulong Number;
        public uint Hash;
        public uint Version;
    }
}
