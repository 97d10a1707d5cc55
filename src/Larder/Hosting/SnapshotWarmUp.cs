using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Larder.Hosting;

/// <summary>
/// Makes the caches that are kept in a file when the host starts: a file that another process holds stops it there
/// and not in the middle of a request, and the first request does not wait for the loading. All others are made when
/// they are asked for.
/// </summary>
internal sealed class SnapshotWarmUp(
    IEnumerable<CacheRegistration> registrations,
    IOptionsMonitor<CacheOptions> options,
    IServiceProvider provider) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (CacheRegistration registration in registrations)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (options.Get(registration.OptionsName).Snapshot is not null)
                provider.GetRequiredKeyedService<Cache>(registration.Name);
        }

        return Task.CompletedTask;
    }

    // The container disposes the caches, and disposing saves them.
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
