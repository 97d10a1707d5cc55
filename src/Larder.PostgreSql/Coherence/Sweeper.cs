using Larder.PostgreSql.Connections;
using Larder.PostgreSql.Diagnostics;

namespace Larder.PostgreSql.Coherence;

/// <summary>Deletes what has expired, in small steps, now and then. Nothing depends on it but the room that entries take.</summary>
internal sealed class Sweeper(Func<CancellationToken, ValueTask<long>> sweepAsync, PostgreSqlStoreOptions options, PostgreSqlTelemetry telemetry) : IAsyncDisposable
{
    private readonly CancellationTokenSource _disposal = new();
    private readonly Lock _gate = new(); // Protects the start.
    private Task? _running;

    public void Start()
    {
        if (options.SweepInterval == Timeout.InfiniteTimeSpan)
            return;
        lock (_gate)
        {
            if (!_disposal.IsCancellationRequested)
                _running ??= Task.Run(RunAsync);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task? running;
        lock (_gate)
        {
            CancellationLink.Cancel(_disposal);
            running = _running;
        }

        if (running is not null)
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task RunAsync()
    {
        // Processes that were started together sweep in turn.
        double first = (options.Random ?? Random.Shared).NextDouble();
        await Task.Delay(options.SweepInterval * first, options.TimeProvider, _disposal.Token).ConfigureAwait(false);
        using var timer = new PeriodicTimer(options.SweepInterval, options.TimeProvider);
        while (await timer.WaitForNextTickAsync(_disposal.Token).ConfigureAwait(false))
        {
            try
            {
                long swept;
                do
                {
                    swept = await sweepAsync(_disposal.Token).ConfigureAwait(false);
                    telemetry.Swept(swept);
                }
                while (swept >= options.SweepBatch);
            }
            catch (Exception error) when (!_disposal.IsCancellationRequested)
            {
                telemetry.NotSwept(error);
            }
        }
    }
}
