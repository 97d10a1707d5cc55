using System.Diagnostics;
using static Larder.Diagnostics.TelemetryNames;

namespace Larder.Diagnostics;

/// <summary>The slow path of one get-or-set: from the moment that memory had no fresh entry to the answer.</summary>
internal readonly struct GetOrSetSpan(Activity? activity)
{
    /// <summary>The caller waits for a factory run that another caller started.</summary>
    public void Joined() => activity?.SetTag(Attributes.FlightRole, Values.Waiter);

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
