using Larder.Diagnostics;

namespace OpenTelemetry.Trace;

/// <summary>Collects the spans of Larder's caches.</summary>
public static class LarderTracerProviderBuilderExtensions
{
    /// <summary>
    /// Collects the spans of every cache of the process: one for each get-or-set that memory could not answer, with those of its calls to the store and of its
    /// factory below it. A hit in memory makes none. No attribute holds a key, a tag, a user or an organization.
    /// </summary>
    /// <param name="builder">The tracer provider's builder.</param>
    public static TracerProviderBuilder AddLarderInstrumentation(this TracerProviderBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddSource(TelemetryNames.ActivitySource);
    }
}
