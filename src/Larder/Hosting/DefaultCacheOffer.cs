using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Larder.Hosting;

/// <summary>While a host runs, its default cache is <see cref="Cache.Default"/>. It is still made only when it is asked for.</summary>
internal sealed class DefaultCacheOffer(IServiceProvider provider) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        DefaultCache.OfProcess.Offer(this, () => provider.GetRequiredKeyedService<Cache>(LarderBuilder.DefaultName));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        DefaultCache.OfProcess.Withdraw(this);
        return Task.CompletedTask;
    }
}
