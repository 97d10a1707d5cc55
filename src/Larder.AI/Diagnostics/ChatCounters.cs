using Microsoft.Extensions.AI;

namespace Larder.AI.Diagnostics;

/// <summary>Counts what a client does. A call of a model takes so long that one lock for all counts costs nothing.</summary>
internal sealed class ChatCounters
{
    private readonly Lock _gate = new(); // Protects the field below.
    private ChatCacheStatistics _counts = new();

    public ChatCacheStatistics Counts
    {
        get
        {
            lock (_gate)
                return _counts;
        }
    }

    public void Bypassed() => Change(counts => counts with { Bypassed = counts.Bypassed + 1 });

    public void Failed() => Change(counts => counts with { Failures = counts.Failures + 1 });

    public void Answered(UsageDetails? usage, TimeSpan duration, bool isKept) => Change(counts => counts with
    {
        Answers = counts.Answers + 1,
        NotKept = counts.NotKept + (isKept ? 0 : 1),
        InputTokensPaid = counts.InputTokensPaid + (usage?.InputTokenCount ?? 0),
        OutputTokensPaid = counts.OutputTokensPaid + (usage?.OutputTokenCount ?? 0),
        TimePaid = counts.TimePaid + duration,
    });

    // A stale answer saved nothing: the provider was asked, and whoever waited for it did so in vain.
    public void Served(UsageDetails? usage, TimeSpan saved, bool isStale) => Change(counts => isStale
        ? counts with { StaleHits = counts.StaleHits + 1 }
        : counts with
        {
            Hits = counts.Hits + 1,
            InputTokensSaved = counts.InputTokensSaved + (usage?.InputTokenCount ?? 0),
            OutputTokensSaved = counts.OutputTokensSaved + (usage?.OutputTokenCount ?? 0),
            TimeSaved = counts.TimeSaved + (saved > TimeSpan.Zero ? saved : TimeSpan.Zero),
        });

    private void Change(Func<ChatCacheStatistics, ChatCacheStatistics> change)
    {
        lock (_gate)
            _counts = change(_counts);
    }
}
