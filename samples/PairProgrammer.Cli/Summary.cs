using System.Globalization;
using Larder.Samples.PairProgrammer.Asking;

namespace Larder.Samples.PairProgrammer.Cli;

/// <summary>What the answers cost, and what the cache saved.</summary>
internal static class Summary
{
    /// <summary>Where one answer came from.</summary>
    /// <param name="report">How the answer came about.</param>
    /// <param name="isReplay">Whether a recording stands in for the model.</param>
    public static string Of(AnswerReport report, bool isReplay)
    {
        string asked = isReplay ? "replayed" : "asked the model";
        string origin = report.Origin switch
        {
            ChatAnswerOrigin.Provider => report.Usage is { } usage ? $"{asked}, {Number(usage.InputTokenCount ?? 0)} + {Number(usage.OutputTokenCount ?? 0)} tokens" : asked,
            ChatAnswerOrigin.Stale => "the model failed; an old answer from the cache",
            _ => "from the cache",
        };
        return $"{origin}, {Seconds(report.Took)} s{(report.Repaired ? ", after one repair" : "")}";
    }

    /// <summary>What all of them came to.</summary>
    /// <param name="statistics">What the client in front of the cache counted.</param>
    /// <param name="isReplay">Whether a recording stood in for the model; its tokens and seconds are the recording's.</param>
    public static string Of(ChatCacheStatistics statistics, bool isReplay) =>
        $"{Plural(statistics.Answers, "answer")} {(isReplay ? "replayed" : "paid")}: {Number(statistics.InputTokensPaid)} + {Number(statistics.OutputTokensPaid)} tokens, {Seconds(statistics.TimePaid)} s. " +
        $"{Plural(statistics.Hits, "answer")} from the cache: {Number(statistics.InputTokensSaved)} + {Number(statistics.OutputTokensSaved)} tokens not paid, {Seconds(statistics.TimeSaved)} s not waited.";

    public static string Seconds(TimeSpan span) => span.TotalSeconds.ToString("F2", CultureInfo.InvariantCulture);

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Plural(long count, string what) => count == 1 ? $"1 {what}" : $"{Number(count)} {what}s";
}
