using Larder.Memoize.Tests.Subjects;
using Larder.Tests;
using Microsoft.Extensions.Logging;

namespace Larder.Memoize.Tests.Behaviour;

public sealed class OptionsTests : IAsyncDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly Lines _log = new();
    private readonly Cache _first;
    private readonly Cache _second;
    private readonly Kept _kept;

    public OptionsTests()
    {
        _first = Cache.Create(o =>
        {
            o.TimeProvider = _time;
            o.LoggerFactory = _log;
        });
        _second = Cache.Create(o => o.TimeProvider = _time);
        _kept = new Kept(_first, _second);
    }

    public async ValueTask DisposeAsync()
    {
        await _first.DisposeAsync();
        await _second.DisposeAsync();
        _log.Dispose();
    }

    [Fact]
    public void Cache_is_chosen_by_name()
    {
        _kept.InSecond(1);

        Assert.True(_second.Contains(_kept.Memoized.InSecond.KeyFor(1)));
        Assert.False(_first.Contains(_kept.Memoized.InSecond.KeyFor(1)));
    }

    [Fact]
    public void Stale_result_is_served_when_the_method_fails_within_its_grace()
    {
        Assert.Equal(1, _kept.InSecond(1));
        _kept.Fails = new IOException("The source is down.");

        _time.Advance(TimeSpan.FromSeconds(100));
        Assert.Equal(1, _kept.InSecond(1));

        _time.Advance(TimeSpan.FromSeconds(700));
        Assert.Same(_kept.Fails, Assert.Throws<IOException>(() => _kept.InSecond(1)));
    }

    [Fact]
    public void Sliding_result_stays_while_it_is_used()
    {
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(1, _kept.Sliding(1));
            _time.Advance(TimeSpan.FromSeconds(8));
        }

        _time.Advance(TimeSpan.FromSeconds(8));
        Assert.Equal(2, _kept.Sliding(1));
    }

    [Theory]
    [InlineData("all")]
    [InlineData("id:7")]
    [InlineData("ada")]
    public void Tags_hold_arguments(string tag)
    {
        _kept.Tagged(7, "ada");
        _kept.Tagged(8, "ben");
        _first.RemoveByTag(tag);

        Assert.False(_kept.Memoized.Tagged.TryGet(7, "ada", out _));
        Assert.Equal(tag != "all", _kept.Memoized.Tagged.TryGet(8, "ben", out _));
    }

    [Fact]
    public void Tag_of_an_empty_argument_is_left_out()
    {
        Assert.Equal(1, _kept.Tagged(7, null));
        Assert.Equal(1, _kept.Tagged(7, null));
        _first.RemoveByTag("id:7");
        Assert.Equal(2, _kept.Tagged(7, null));
    }

    [Fact]
    public void Prefix_begins_the_key_and_fixed_tags_remove()
    {
        _kept.Fixed(1);

        Assert.StartsWith("m1/kept%2Fit%40home@", _kept.Memoized.Fixed.KeyFor(1), StringComparison.Ordinal);
        _first.RemoveByTag("fixed");
        Assert.False(_kept.Memoized.Fixed.TryGet(1, out _));
    }

    [Fact]
    public void Infinite_TTL_is_for_ever()
    {
        _kept.Loud(1);
        _time.Advance(TimeSpan.FromDays(1));

        Assert.Equal(1, _kept.Loud(1));
    }

    [Fact]
    public void Verbose_method_says_what_it_asks_and_computes()
    {
        _kept.Loud(5);
        _kept.Loud(5);
        _kept.Fixed(5);

        string[] lines = [.. _log.All.Where(line => line.Contains("Kept.Loud", StringComparison.Ordinal))];
        Assert.Equal(3, lines.Length);
        Assert.All(lines, line => Assert.Contains(_kept.Memoized.Loud.KeyFor(5), line, StringComparison.Ordinal));
        Assert.DoesNotContain(_log.All, line => line.Contains("Kept.Fixed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Argument_that_fails_is_bypassed_silently()
    {
        var broken = new Unwritable(isBroken: true);

        Assert.Equal(1, await _kept.SilentAsync(broken));
        Assert.Equal(2, await _kept.SilentAsync(broken));
        Assert.False(await _kept.Memoized.SilentAsync.RemoveAsync(broken));
        Assert.False(_kept.Memoized.SilentAsync.TryGet(broken, out _));
        await _kept.ForgetAsync(broken);
        Assert.Contains(_log.All, line => line.Contains("Kept.SilentAsync", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Argument_that_fails_is_told_when_the_method_does_not_fail_silently()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await _kept.LoudFailureAsync(new Unwritable(isBroken: true)));

        Assert.Equal(1, await _kept.LoudFailureAsync(new Unwritable(isBroken: false)));
    }

    [Fact]
    public async Task Argument_that_can_be_written_is_cached()
    {
        Assert.Equal(1, await _kept.SilentAsync(new Unwritable(isBroken: false)));
        Assert.Equal(1, await _kept.SilentAsync(new Unwritable(isBroken: false)));
        await _kept.ForgetAsync(new Unwritable(isBroken: false));
        Assert.Equal(2, await _kept.SilentAsync(new Unwritable(isBroken: false)));
    }

    private sealed class Lines : ILoggerFactory, ILogger
    {
        private readonly List<string> _lines = [];

        public IReadOnlyList<string> All
        {
            get
            {
                lock (_lines)
                    return [.. _lines];
            }
        }

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_lines)
                _lines.Add(formatter(state, exception));
        }
    }
}
