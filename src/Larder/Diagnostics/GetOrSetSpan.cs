using System.Diagnostics;
using static Larder.Diagnostics.TelemetryNames;

namespace Larder.Diagnostics;

/// <summary>The slow path of one get-or-set: from the moment that memory had no fresh entry to the answer.</summary>
internal readonly struct GetOrSetSpan(Activity? activity)
{
    /// <summary>The span itself, for those who join the flight to link to; <see langword="null"/> when nobody records it.</summary>
    public Activity? Activity => activity;

    /// <summary>The caller's own flight computes the value.</summary>
    public void Leads() => activity?.SetTag(Attributes.FlightRole, Values.Leader);

    /// <summary>The caller waits for a factory run that another caller started.</summary>
    /// <param name="leader">The other's span, which holds those of the store and the factory; <see langword="null"/> when nobody records it.</param>
    public void Joined(Activity? leader)
    {
        if (activity is null)
            return;
        activity.SetTag(Attributes.FlightRole, Values.Waiter);
        if (leader is not null)
            activity.AddLink(new ActivityLink(leader.Context));
    }

    /// <summary>A store or a flight that just landed had a fresh value.</summary>
    public void EndHit(Tiers tier) => End(Values.Hit, tier == Tiers.Store ? Values.Store : Values.Memory);

    /// <summary>A stale value was served.</summary>
    public void EndStale() => End(Values.Stale, null);

    /// <summary>A factory computed the value.</summary>
    public void EndMiss() => End(Values.Miss, null);

    /// <summary>The caller got an exception.</summary>
    public void EndFailed(Exception exception)
    {
        if (activity is null)
            return;
        activity.SetError(exception);
        End(Values.Failed, null);
    }

    private void End(string outcome, string? tier)
    {
        if (activity is null)
            return;
        activity.SetTag(Attributes.Outcome, outcome);
        if (tier is not null)
            activity.SetTag(Attributes.Tier, tier);
        activity.Dispose();
    }
}
