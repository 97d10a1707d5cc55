using Larder.Conformance.Faults;
using Larder.Stores;
using Larder.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Larder.AspNetCore.Tests.Health;

public sealed class HealthCheckTests
{
    [Fact]
    public async Task A_cache_in_memory_is_healthy_and_so_is_the_store_that_it_does_not_have()
    {
        await using ServiceProvider services = Build(_ => { });
        services.GetRequiredService<ICache>().Set("a", 1);

        HealthReport report = await CheckAsync(services);

        Assert.Equal(["larder:default", "larder:default:store"], report.Entries.Keys);
        Assert.Equal(HealthStatus.Healthy, report.Status);
        Assert.Equal(1L, report.Entries["larder:default"].Data["entries"]);
        Assert.DoesNotContain("store", report.Entries["larder:default"].Data.Keys);
        Assert.Equal("default has no store.", report.Entries["larder:default:store"].Description);
    }

    [Fact]
    public async Task A_store_that_answers_is_healthy_and_its_time_is_told()
    {
        var store = new FaultyCapableStore(new InMemoryStore());
        await using ServiceProvider services = Build(builder => builder.UseStore(_ => store));

        HealthReport report = await CheckAsync(services);

        Assert.Equal(HealthStatus.Healthy, report.Status);
        HealthReportEntry entry = report.Entries["larder:default:store"];
        Assert.Equal("memory", entry.Data["store"]);
        Assert.IsType<double>(entry.Data["milliseconds"]);
        Assert.Equal(1, store.Count(StoreCalls.Get));
    }

    [Fact]
    public async Task A_store_that_fails_is_degraded_with_its_exception_and_the_cache_when_its_circuit_is_open()
    {
        var time = new ManualTimeProvider();
        var store = new FaultyCapableStore(new InMemoryStore());
        await using ServiceProvider services = Build(
            builder => builder.UseStore(_ => store).Configure(o => (o.Store.CircuitFailures, o.Store.CircuitBreak) = (5, TimeSpan.FromSeconds(5))),
            time);
        using (store.Throw(exception: () => new IOException("The line is dead.")))
        {
            // The two checks of a report run side by side: each call of the store's may have failed before the cache is looked at.
            HealthReport first = await CheckAsync(services);
            for (int i = 0; i < 5; i++)
                await CheckAsync(services);
            HealthReport last = await CheckAsync(services);

            Assert.Equal(HealthStatus.Degraded, first.Entries["larder:default:store"].Status);
            Assert.Equal("memory does not answer; default serves from memory only.", first.Entries["larder:default:store"].Description);
            Assert.Contains("The line is dead.", first.Entries["larder:default:store"].Exception!.ToString());
            Assert.Equal(HealthStatus.Healthy, first.Entries["larder:default"].Status);
            Assert.Equal(HealthStatus.Degraded, last.Entries["larder:default"].Status);
            Assert.Equal(true, last.Entries["larder:default"].Data["circuitOpen"]);
            Assert.Equal("default serves from memory only: memory failed too often and is not asked for a while.", last.Entries["larder:default"].Description);
            Assert.Equal(HealthStatus.Degraded, last.Status);
        }

        time.Advance(TimeSpan.FromSeconds(6));
        await CheckAsync(services);

        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(services)).Status);
    }

    [Fact]
    public async Task A_write_that_waits_for_its_store_is_degraded_until_it_is_made()
    {
        var time = new ManualTimeProvider();
        var store = new FaultyCapableStore(new InMemoryStore());
        await using ServiceProvider services = Build(builder => builder.UseStore(_ => store), time);
        ICache cache = services.GetRequiredService<ICache>();
        using (store.Throw(StoreCalls.Set))
            await cache.SetAsync("a", 1, cancellationToken: TestContext.Current.CancellationToken);

        HealthReportEntry before = (await CheckAsync(services)).Entries["larder:default"];
        await Eventually(() =>
        {
            time.Advance(TimeSpan.FromSeconds(2));
            return cache.Statistics.RecoveryPending == 0;
        });

        Assert.Equal((HealthStatus.Degraded, 1L), (before.Status, before.Data["recoveryPending"]));
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(services)).Status);
    }

    [Fact]
    public async Task A_lost_channel_of_changes_is_degraded_until_it_is_back()
    {
        var store = new InMemoryStore();
        await using ServiceProvider services = Build(builder => builder.UseStore(_ => store));
        _ = services.GetRequiredService<ICache>();

        store.Disconnect();
        HealthReportEntry lost = (await CheckAsync(services)).Entries["larder:default"];
        store.Reconnect();
        HealthReportEntry back = (await CheckAsync(services)).Entries["larder:default"];

        Assert.Equal((HealthStatus.Degraded, true), (lost.Status, lost.Data["coherenceLost"]));
        Assert.Equal((HealthStatus.Healthy, false), (back.Status, back.Data["coherenceLost"]));
    }

    [Fact]
    public async Task The_host_says_what_a_failing_store_is_and_how_the_checks_are_tagged()
    {
        var store = new FaultyStore(new InMemoryStore());
        using Fault fault = store.Throw();
        var services = new ServiceCollection();
        services.AddLogging().AddLarder("sessions").UseStore(_ => store);
        services.AddHealthChecks().AddLarder("sessions", HealthStatus.Unhealthy, ["ready"]);
        await using ServiceProvider provider = services.BuildServiceProvider();

        HealthReport report = await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => check.Tags.Contains("ready"), TestContext.Current.CancellationToken);

        Assert.Equal(["larder:sessions", "larder:sessions:store"], report.Entries.Keys);
        Assert.Equal(HealthStatus.Unhealthy, report.Entries["larder:sessions:store"].Status);
    }

    [Fact]
    public async Task Checks_answer_over_HTTP()
    {
        await using WebHost host = await WebHost.StartAsync(
            services =>
            {
                services.AddLarder();
                services.AddHealthChecks().AddLarder();
            },
            app =>
            {
                app.UseRouting();
                app.MapHealthChecks("/health");
            });

        Assert.Equal("Healthy", await host.GetAsync("/health"));
    }

    [Fact]
    public async Task Whoever_asks_for_the_health_can_stop_asking()
    {
        var store = new FaultyStore(new InMemoryStore());
        using Fault hold = store.Hold();
        await using ServiceProvider services = Build(builder => builder.UseStore(_ => store));
        using var cancel = new CancellationTokenSource();

        Task<HealthReport> check = services.GetRequiredService<HealthCheckService>().CheckHealthAsync(cancel.Token);
        await hold.ReachedAsync();
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => check);
    }

    private static ServiceProvider Build(Action<LarderBuilder> configure, TimeProvider? time = null)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        if (time is not null)
            services.AddSingleton(time);
        configure(services.AddLarder());
        services.AddHealthChecks().AddLarder();
        return services.BuildServiceProvider();
    }

    private static Task<HealthReport> CheckAsync(IServiceProvider services) =>
        services.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken);

    private static async Task Eventually(Func<bool> condition)
    {
        long until = Environment.TickCount64 + 30_000;
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < until, "It has not happened in 30 seconds.");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
