namespace Larder.Tests.Stress;

/// <summary>The model that every history is checked against.</summary>
/// <remarks>
/// <para>A writer raises the key's version in the source before it writes or invalidates. A factory reads the
/// version. Every value is unique, so that a read tells which factory run or which Set it comes from.</para>
/// <list type="bullet">
/// <item>G2, G3: after a change was acknowledged, no read that begins then yields what a factory computed from an
/// older version, and none yields what a Set wrote that had ended before the change began.</item>
/// <item>A value comes from a factory run or a Set of the same key, or it comes from nowhere.</item>
/// <item>G1: two factory runs of a key overlap only if a change lies between them, or nobody waited for one.</item>
/// <item>After time has passed beyond the TTL, nothing that was kept before is read.</item>
/// </list>
/// </remarks>
internal static class HistoryChecker
{
    public static List<Violation> Check(History history, RunPlan plan)
    {
        var found = new List<Violation>(history.Seen);
        Dictionary<long, FactoryRun> runs = history.Runs.ToDictionary(static run => run.Value);
        Dictionary<long, Change> sets = history.Changes.Where(static change => change.Value is not null).ToDictionary(static change => change.Value!.Value);
        ILookup<int, Change> changes = history.Changes.ToLookup(static change => change.Key);
        foreach (Read read in history.Reads)
        {
            if (runs.TryGetValue(read.Value, out FactoryRun? run) && run.Key == read.Key)
                CheckComputed(read, run, changes[read.Key], history, plan, found);
            else if (sets.TryGetValue(read.Value, out Change? set) && set.Key == read.Key)
                CheckSet(read, set, changes[read.Key], history, plan, found);
            else
                found.Add(new Violation("nowhere", $"{read} was never a value of that key"));
        }

        CheckFlights(history, plan, changes, found);
        return found;
    }

    private static void CheckComputed(Read read, FactoryRun run, IEnumerable<Change> changes, History history, RunPlan plan, List<Violation> found)
    {
        foreach (Change change in changes)
        {
            if (change.Version > run.Version && change.End < read.Start && RunPlan.Binds(change, run.Cache))
                found.Add(new Violation("G3", $"{read}\n   comes from {run}\n   and was invalidated by {change}"));
        }

        if (plan.ChecksExpiry && !run.Cancelled)
        {
            foreach (TimeJump jump in history.Jumps)
            {
                if (run.End < jump.Start && run.OperationEnd < jump.Start && jump.End < read.Start)
                    found.Add(new Violation("expiry", $"{read}\n   comes from {run}\n   and expired in {jump}"));
            }
        }
    }

    private static void CheckSet(Read read, Change set, IEnumerable<Change> changes, History history, RunPlan plan, List<Violation> found)
    {
        foreach (Change change in changes)
        {
            if (change.Start > set.End && change.End < read.Start && RunPlan.Binds(change, set.Cache))
                found.Add(new Violation("G2", $"{read}\n   comes from {set}\n   and was invalidated by {change}"));
        }

        if (plan.ChecksExpiry)
        {
            foreach (TimeJump jump in history.Jumps)
            {
                if (set.End < jump.Start && jump.End < read.Start)
                    found.Add(new Violation("expiry", $"{read}\n   comes from {set}\n   and expired in {jump}"));
            }
        }
    }

    private static void CheckFlights(History history, RunPlan plan, ILookup<int, Change> changes, List<Violation> found)
    {
        foreach (IGrouping<(int Key, int Cache), FactoryRun> ofKey in history.Runs.GroupBy(run => (run.Key, plan.OneFlightForAll ? 0 : run.Cache)))
        {
            FactoryRun[] runs = [.. ofKey.OrderBy(static run => run.Start)];
            for (int i = 0; i < runs.Length; i++)
            {
                for (int j = i + 1; j < runs.Length && runs[j].Start < runs[i].End; j++)
                {
                    FactoryRun first = runs[i], second = runs[j];
                    long begin = Math.Min(first.OperationStart, second.OperationStart);
                    if (first.Cancelled || second.Cancelled || changes[first.Key].Any(change => (change.End > begin || plan.OutlivesAcknowledgement(change)) && change.Start < second.Start))
                        continue;
                    if (MayHaveBeenGivenUp(first, second, history) || WasToldMeanwhile(first, second, begin, history))
                        continue;
                    found.Add(new Violation("G1", $"{second}\n   ran beside {first}"));
                }
            }
        }
    }

    // When the last who waits gives up, the flight is given up before its factory's token says so.
    private static bool MayHaveBeenGivenUp(FactoryRun first, FactoryRun second, History history) =>
        history.Surrenders.Any(surrender => surrender.Cache == first.Cache && surrender.Start < second.Start && surrender.End > first.OperationStart)
        && !history.Reads.Any(read => read.Value == first.Value && read.Start < second.Start);

    // What has expired in the store is told late at times: that ends the flight of whoever computes it anew already. And
    // a write that something was told of while it was under way ends the key's flight when it has been tried.
    private static bool WasToldMeanwhile(FactoryRun first, FactoryRun second, long begin, History history)
    {
        long since = history.Runs
            .Where(run => run.Key == first.Key && run.Cache == first.Cache && run.OperationStart < begin && run.OperationEnd > begin)
            .Select(static run => run.OperationStart)
            .Concat(history.Touches.Where(touch => touch.Key == first.Key && touch.Cache == first.Cache && touch.Start < begin && touch.End > begin).Select(static touch => touch.Start))
            .Append(begin)
            .Min();
        return history.Tellings.Any(telling => telling.Cache == first.Cache && telling.End > since && telling.Start < second.Start);
    }
}
