using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Larder.Samples.WebApi;

/// <summary>Writes what the health checks found, with their data.</summary>
internal static class HealthReports
{
    public static Task WriteAsync(HttpContext http, HealthReport report) => http.Response.WriteAsJsonAsync(new
    {
        status = report.Status.ToString(),
        checks = report.Entries.ToDictionary(
            entry => entry.Key,
            entry => new { status = entry.Value.Status.ToString(), entry.Value.Description, entry.Value.Data }),
    });
}
