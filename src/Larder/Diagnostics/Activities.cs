using System.Diagnostics;
using static Larder.Diagnostics.TelemetryNames;

namespace Larder.Diagnostics;

/// <summary>The process's activity source, and how its spans end badly.</summary>
internal static class Activities
{
    public static ActivitySource Source { get; } = new(TelemetryNames.ActivitySource, typeof(Activities).Assembly.GetName().Version?.ToString(3));

    /// <summary>Marks a span as failed, with the exception's type: its message may hold anything.</summary>
    public static void SetError(this Activity activity, Exception exception)
    {
        activity.SetTag(Attributes.ErrorType, exception.GetType().FullName);
        activity.SetStatus(ActivityStatusCode.Error);
    }
}
