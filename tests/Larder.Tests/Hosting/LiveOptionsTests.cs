using Larder.Stores;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Larder.Tests.Hosting;

/// <summary>Options that change while a host runs.</summary>
public sealed class LiveOptionsTests : IAsyncDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly List<string> _log = [];
    private readonly IConfigurationRoot _configuration;
    private readonly ServiceProvider _services;
    private readonly Cache _cache;

    public LiveOptionsTests()
    {
        _configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Larder:DefaultTtl"] = "10s",
            ["Larder:MaxEntries"] = "1000",
            ["Larder:Encryption:Keys:0"] = Convert.ToBase64String(new byte[16]),
        }).Build();
        _services = new ServiceCollection()
            .AddSingleton<TimeProvider>(_time)
            .AddSingleton<ILoggerFactory>(new Loggers(_log))
            .AddLarder(_configuration.GetSection("Larder")).Services
            .AddLarder("weighed", o => o.Weigher = static (_, _) => 10).Bind(_configuration.GetSection("Weighed")).Services
            .BuildServiceProvider();
        _cache = _services.GetRequiredService<Cache>();
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    [Fact]
    public void A_new_time_to_live_holds_for_what_is_set_from_then_on()
    {
        _cache.Set("before", 1);
        Change("DefaultTtl", "1h");
        _cache.Set("after", 2);

        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.False(_cache.TryGet("before", out int _));
        Assert.True(_cache.TryGet("after", out int _));
        Assert.Equal(TimeSpan.FromHours(1), _services.GetRequiredService<IOptionsMonitor<CacheOptions>>().CurrentValue.DefaultTtl);
        Assert.Contains(_log, line => line.StartsWith("110 ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_lower_bound_holds_at_once_and_a_higher_one_is_used()
    {
        for (int i = 0; i < 1000; i++)
            _cache.Set($"a{i}", i);
        var evicted = new List<string>();
        _cache.Events.Removed += (_, e) => evicted.Add($"{e.Key} {e.Cause}");

        Change("MaxEntries", "10");
        long lowered = _cache.Statistics.Entries;
        Change("MaxEntries", "5000");
        for (int i = 0; i < 6000; i++)
            _cache.Set($"b{i}", i);

        Assert.Equal(10, lowered);
        Assert.Equal(5000, _cache.Statistics.Entries);
        Assert.Equal(990, evicted.Count(line => line.StartsWith('a') && line.EndsWith("Evicted", StringComparison.Ordinal) && evicted.IndexOf(line) < 990));
    }

    [Fact]
    public void Bytes_can_be_bounded_anew_where_entries_are_weighed()
    {
        Cache weighed = _services.GetRequiredKeyedService<Cache>("weighed");
        for (int i = 0; i < 100; i++)
            weighed.Set($"a{i}", i);

        Change("MaxBytes", "205", "Weighed");

        Assert.Equal((20, 200), (weighed.Statistics.Entries, weighed.Statistics.Bytes));
        Assert.DoesNotContain(_log, line => line.StartsWith("111 ", StringComparison.Ordinal));
    }

    [Fact]
    public void Decisions_are_logged_as_long_as_somebody_wants_them()
    {
        _cache.Set("quiet", 1);
        Change("Verbose", "true");
        _cache.Set("loud", 1);
        _ = _cache.TryGet("loud", out int _);
        Change("Verbose", "false");
        _cache.Set("quiet again", 1);
        _ = _cache.TryGet("loud", out int _);

        Assert.DoesNotContain(_log, line => line.Contains("quiet"));
        Assert.Single(_log, line => line.StartsWith("4 ", StringComparison.Ordinal));
        Assert.Single(_log, line => line.StartsWith("1 ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("KeyPrefix", "other", "KeyPrefix")]
    [InlineData("Eviction", "Lru", "Eviction")]
    [InlineData("CloneOnRead", "true", "CloneOnRead")]
    [InlineData("MaxPayloadBytes", "5", "MaxPayloadBytes")]
    [InlineData("Store:ReadTimeout", "5s", "Store")]
    [InlineData("Compression:ThresholdBytes", "5", "Compression")]
    [InlineData("Encryption:Keys:0", "AQEBAQEBAQEBAQEBAQEBAQ==", "Encryption")]
    [InlineData("MaxBytes", "5", "MaxBytes")]
    [InlineData("Backend", "memory", "Backend")]
    public void What_cannot_change_is_named_and_what_can_does(string option, string value, string named)
    {
        _configuration["Larder:DefaultTtl"] = "1h";
        Change(option, value);
        _cache.Set("a", 1);
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(1, _cache.Get<int>("a"));
        string line = Assert.Single(_log, line => line.StartsWith("111 ", StringComparison.Ordinal));
        Assert.Contains($"default: {named} changed", line);
    }

    [Fact]
    public void What_is_wrong_changes_nothing_and_is_logged()
    {
        _configuration["Larder:MaxEntries"] = "1";
        // The host's own monitor tells whoever reloads; the cache goes on.
        Assert.ThrowsAny<Exception>(() => Change("DefaultTtl", "-5s"));
        for (int i = 0; i < 100; i++)
            _cache.Set($"a{i}", i);

        Assert.Equal(100, _cache.Statistics.Entries);
        Assert.Single(_log, line => line.StartsWith("112 ", StringComparison.Ordinal) && line.Contains("DefaultTtl is -00:00:05"));

        _configuration["Larder:MaxEntries"] = "1000";
        Change("DefaultTtl", "1h");
        Assert.Contains(_log, line => line.StartsWith("110 ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_change_of_nothing_is_none()
    {
        Change("DefaultTtl", "00:00:10");

        Assert.Empty(_log);
    }

    [Fact]
    public async Task A_change_while_the_cache_is_made_is_not_missed()
    {
        IConfigurationRoot configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["MaxEntries"] = "1000" }).Build();
        await using ServiceProvider services = new ServiceCollection()
            .AddLarder(configuration)
            .UseStore(_ =>
            {
                // The options have been made.
                configuration["MaxEntries"] = "3";
                configuration.Reload();
                return new InMemoryStore();
            }).Services.BuildServiceProvider();
        ICache cache = services.GetRequiredService<ICache>();

        for (int i = 0; i < 10; i++)
            cache.Set($"{i}", i);

        Assert.Equal(3, cache.Statistics.Entries);
    }

    [Fact]
    public async Task A_cache_that_is_gone_hears_nothing_any_more()
    {
        await _services.DisposeAsync();

        Change("DefaultTtl", "1h");

        Assert.Empty(_log);
    }

    [Fact]
    public async Task Entries_are_read_and_written_while_bounds_go_up_and_down()
    {
        using var stop = new CancellationTokenSource();
        Task[] users = [.. Enumerable.Range(0, 2).Select(user => Task.Run(() =>
        {
            for (int i = 0; !stop.IsCancellationRequested; i = (i + 1) % 3000)
            {
                int value = _cache.GetOrSet($"{user}:{i}", _ => i);
                Assert.Equal(i, value);
            }
        }))];
        for (int round = 0; round < 50; round++)
        {
            Change("MaxEntries", $"{(round % 5 * 400) + 1}");
            await Task.Yield();
        }

        Change("MaxEntries", "7");
        await stop.CancelAsync();
        await Task.WhenAll(users);

        Assert.InRange(_cache.Statistics.Entries, 0, 7);
    }

    private void Change(string option, string value, string section = "Larder")
    {
        _configuration[$"{section}:{option}"] = value;
        _configuration.Reload();
    }

    private sealed class Loggers(List<string> log) : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (log)
                log.Add($"{eventId.Id} {formatter(state, exception)} {exception?.Message}");
        }

        public void Dispose()
        {
        }
    }
}
