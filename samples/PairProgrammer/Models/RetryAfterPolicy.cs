using System.ClientModel.Primitives;
using System.Globalization;

namespace Larder.Samples.PairProgrammer.Models;

/// <summary>Tries again what a service turned away: after the pause that it asked for (RFC 9110, 10.2.3), up to a bound, or with backoff when it asked for none.</summary>
internal sealed class RetryAfterPolicy(int retries, TimeSpan maxRetryAfter) : ClientRetryPolicy(retries)
{
    protected override bool ShouldRetry(PipelineMessage message, Exception? exception) => base.ShouldRetry(message, exception) && IsBearable(message);

    protected override async ValueTask<bool> ShouldRetryAsync(PipelineMessage message, Exception? exception) => await base.ShouldRetryAsync(message, exception) && IsBearable(message);

    protected override TimeSpan GetNextDelay(PipelineMessage message, int tryCount) => RetryAfter(message) ?? base.GetNextDelay(message, tryCount);

    private bool IsBearable(PipelineMessage message) => RetryAfter(message) is not { } wait || wait <= maxRetryAfter;

    private static TimeSpan? RetryAfter(PipelineMessage message)
    {
        if (message.Response is null || !message.Response.Headers.TryGetValue("Retry-After", out string? value) || value is null)
            return null;
        if (double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds))
            return TimeSpan.FromSeconds(Math.Min(seconds, TimeSpan.FromDays(1).TotalSeconds));
        if (!DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset at))
            return null;
        TimeSpan wait = at - DateTimeOffset.UtcNow;
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }
}
