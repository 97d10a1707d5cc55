using Larder.Partitions;

namespace Larder.Flights;

/// <summary>All flights of a cache, in stripes by key.</summary>
internal sealed class FlightTable
{
    // A power of two. Two keys share a stripe at worst for the few hundred nanoseconds of a write to memory.
    private const int StripeCount = 256;

    private readonly FlightStripe[] _stripes = new FlightStripe[StripeCount];

    public FlightTable()
    {
        for (int i = 0; i < _stripes.Length; i++)
            _stripes[i] = new FlightStripe();
    }

    public FlightStripe For(in EntryKey key) => _stripes[EntryKeyEquality.Instance.GetHashCode(key) & (StripeCount - 1)];

    /// <summary>Voids every flight whose key matches.</summary>
    public void VoidWhere(Func<EntryKey, bool> matches)
    {
        foreach (FlightStripe stripe in _stripes)
        {
            lock (stripe.Gate)
                stripe.VoidWhere(matches);
        }
    }

    /// <summary>The smallest stamp of any flight: nothing older can be published any more.</summary>
    public long OldestStamp()
    {
        long oldest = long.MaxValue;
        foreach (FlightStripe stripe in _stripes)
        {
            lock (stripe.Gate)
                oldest = Math.Min(oldest, stripe.OldestStamp());
        }

        return oldest;
    }
}
