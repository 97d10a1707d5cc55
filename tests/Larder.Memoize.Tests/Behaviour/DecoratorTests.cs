using Larder.Memoize.Tests.Subjects;
using Microsoft.Extensions.DependencyInjection;

namespace Larder.Memoize.Tests.Behaviour;

public sealed class DecoratorTests : IAsyncDisposable
{
    private static readonly DateOnly Day = new(2026, 3, 4);

    private readonly Rates _inner = new();
    private readonly Cache _cache = Cache.Create();
    private readonly IRates _rates;

    public DecoratorTests() => _rates = new MemoizedRates(_inner, _cache);

    public ValueTask DisposeAsync() => _cache.DisposeAsync();

    [Fact]
    public async Task Memoized_method_of_the_interface_is_answered_from_the_cache()
    {
        Assert.Equal(1, await _rates.GetAsync("EUR", Day));
        Assert.Equal(1, await _rates.GetAsync("EUR", Day));
        Assert.Equal(2, await _rates.GetAsync("USD", Day));
    }

    [Fact]
    public void Inherited_one_as_well()
    {
        Assert.Equal(2, _rates.Inherited(1));
        Assert.Equal(2, _rates.Inherited(1));
        Assert.Equal(1, _inner.Calls);
    }

    [Fact]
    public async Task Context_chooses_the_partition()
    {
        string? ada = await _rates.NoteAsync("EUR", new UserContext("ada"));

        Assert.Same(ada, await _rates.NoteAsync("EUR", new UserContext("ada")));
        Assert.NotSame(ada, await _rates.NoteAsync("EUR", new UserContext("ben")));
    }

    [Fact]
    public void Generic_method()
    {
        var point = new Point(1, 2);

        Assert.Same(point, _rates.Convert(point, 2));
        Assert.Same(point, _rates.Convert(new Point(1, 2), 2));
        Assert.Null(_rates.Convert<Point>(null, 2));
        Assert.Equal(2, _inner.Calls);
    }

    [Fact]
    public async Task Invalidating_method_forgets()
    {
        await _rates.GetAsync("EUR", Day);
        await _rates.SetAsync("EUR", Day, 2m);

        Assert.Equal(2, await _rates.GetAsync("EUR", Day));
    }

    [Fact]
    public async Task Everything_else_is_handed_on()
    {
        int changes = 0;
        void OnChanged(object? sender, EventArgs e) => changes++;
        _rates.Changed += OnChanged;
        await _rates.SetAsync("EUR", Day, 1m);
        _rates.Changed -= OnChanged;
        await _rates.SetAsync("EUR", Day, 1m);
        Assert.Equal(1, changes);

        _rates.Name = "other";
        Assert.Equal("other", _inner.Name);
        Assert.Equal("other", _rates.Name);
        _rates[0] = 3;
        Assert.Equal(6, _rates[2]);
        int count = 0;
        Assert.True(_rates.TryParse("1.5", out decimal value, ref count, Guid.Empty));
        Assert.Equal((1.5m, 1), (value, count));
        Assert.Equal(5, _rates.Echo(5));
        Assert.Equal("a", _rates.Echo("a", 2));
        Assert.Equal(8, _rates.Twice(4));
        await foreach (int item in _rates.Stream())
            Assert.Equal(1, item);
    }

    [Fact]
    public async Task Handles_belong_to_the_decorator()
    {
        await _rates.GetAsync("EUR", Day);

        Assert.True(await ((MemoizedRates)_rates).Memoized.GetAsync.RemoveAsync("EUR", Day));
        Assert.Equal(2, await _rates.GetAsync("EUR", Day));
    }

    [Fact]
    public async Task Container_makes_the_decorator_with_its_cache()
    {
        await using ServiceProvider services = new ServiceCollection().AddLarder().Services.AddMemoized<IRates, Rates>().BuildServiceProvider();
        var rates = services.GetRequiredService<IRates>();

        Assert.IsType<MemoizedRates>(rates);
        Assert.Equal(1, await rates.GetAsync("EUR", Day));
        Assert.Equal(1, await rates.GetAsync("EUR", Day));
        Assert.Equal(1, services.GetRequiredService<Cache>().Statistics.Hits);
        Assert.Same(rates, services.GetRequiredService<IRates>());
    }

    [Fact]
    public async Task Container_makes_it_around_what_something_else_makes()
    {
        await using ServiceProvider services = new ServiceCollection()
            .AddLarder().Services
            .AddMemoized<IRates>(_ => _inner, ServiceLifetime.Transient)
            .BuildServiceProvider();

        Assert.NotSame(services.GetRequiredService<IRates>(), services.GetRequiredService<IRates>());
        Assert.Equal(1, await services.GetRequiredService<IRates>().GetAsync("EUR", Day));
        Assert.Equal(1, await services.GetRequiredService<IRates>().GetAsync("EUR", Day));
    }

    [Fact]
    public void Interface_without_memoized_methods_is_refused()
    {
        var error = Assert.Throws<InvalidOperationException>(() => new ServiceCollection().AddMemoized<IComparable, string>());

        Assert.Contains("IComparable", error.Message, StringComparison.Ordinal);
    }
}
