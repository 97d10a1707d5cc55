using System.Globalization;
using Larder.Memoize.Tests.Subjects;

namespace Larder.Memoize.Tests.Behaviour;

public sealed class ShapeTests : IAsyncDisposable
{
    private readonly Cache _cache = Cache.Create();
    private readonly Calculator _calculator;

    public ShapeTests() => _calculator = new Calculator(_cache);

    public ValueTask DisposeAsync() => _cache.DisposeAsync();

    [Fact]
    public void Value()
    {
        Assert.Equal(49, _calculator.Square(7));
        Assert.Equal(49, _calculator.Square(7));
        Assert.Equal(64, _calculator.Square(8));
        Assert.Equal(2, _calculator.Calls);
    }

    [Fact]
    public async Task A_number_has_results_of_its_own_however_often_it_is_asked_for()
    {
        var lookups = new Lookups(_cache);
        long[] numbers = [0, 7, -7, 99_999, int.MaxValue, int.MinValue, uint.MaxValue, (1L << 62) - 1, 1L << 62, long.MaxValue, long.MinValue];
        for (int i = 0; i < 100; i++)
        {
            foreach (long number in numbers)
            {
                if (number == (int)number)
                    Assert.Equal(number.ToString(CultureInfo.InvariantCulture), lookups.ByInt((int)number));
                Assert.Equal($"long {number}", lookups.ByLong(number));
                Assert.Equal($"not {number}", await lookups.ByNegatedLongAsync(number));
                Assert.Same(lookups.ByLong(number), lookups.ByLong(number));
            }
        }

        Assert.True(lookups.Memoized.ByLong.Remove(7));
        Assert.False(lookups.Memoized.ByLong.TryGet(7, out _));
        Assert.Equal("long 7", lookups.ByLong(7));
        Assert.Equal("7", lookups.ByInt(7));
    }

    [Fact]
    public async Task ValueTask_of_value()
    {
        var id = Guid.NewGuid();
        string first = await _calculator.DescribeAsync("a", 1, id);

        Assert.Same(first, await _calculator.DescribeAsync("a", 1, id));
        Assert.NotSame(first, await _calculator.DescribeAsync("a", 2, id));
        Assert.Equal(2, _calculator.Calls);
    }

    [Fact]
    public async Task Body_hands_its_result_out_in_another_way()
    {
        Assert.Equal(3, await _calculator.TaskOfValueTaskAsync(3));
        Assert.Equal(3, await _calculator.TaskOfValueTaskAsync(3));
        Assert.Equal(4, await _calculator.ValueTaskOfTaskAsync(4));
        Assert.Equal(4, await _calculator.ValueTaskOfTaskAsync(4));
        Assert.Equal(2, _calculator.Calls);
    }

    [Fact]
    public void Nullable_tuple()
    {
        Assert.Equal(("n1", 1), _calculator.Pair(1));
        Assert.Equal(("n1", 0), _calculator.Pair(1, flag: false));
        Assert.Null(_calculator.Pair(null));
        Assert.Null(_calculator.Pair(null));
        Assert.Equal(3, _calculator.Calls);
    }

    [Fact]
    public async Task Null_is_a_result_unless_told_otherwise()
    {
        Assert.Null(await _calculator.FindKeptAsync("x"));
        Assert.Null(await _calculator.FindKeptAsync("x"));
        Assert.Equal(1, _calculator.Calls);

        Assert.Null(_calculator.Find(""));
        Assert.Null(_calculator.Find(""));
        Assert.Null(await _calculator.FindNumberAsync(0));
        Assert.Null(await _calculator.FindNumberAsync(0));
        Assert.Equal(5, _calculator.Calls);

        Assert.Equal("a", _calculator.Find("a"));
        Assert.Equal("a", _calculator.Find("a"));
        Assert.Equal(1, await _calculator.FindNumberAsync(1));
        Assert.Equal(1, await _calculator.FindNumberAsync(1));
        Assert.Equal(7, _calculator.Calls);
    }

    [Fact]
    public void Overloads_have_keys_and_handles_of_their_own()
    {
        Assert.Equal(3, _calculator.Add(1, 2));
        Assert.Equal(6, _calculator.Add(1, 2, 3));
        Assert.Equal("12", _calculator.Add("1", "2"));
        Assert.Equal(3, _calculator.Calls);

        Assert.True(_calculator.Memoized.AddOfInt32Int32.TryGet(1, 2, out int sum));
        Assert.Equal(3, sum);
        Assert.True(_calculator.Memoized.AddOfStringString.Remove("1", "2"));
    }

    [Fact]
    public void Invalidator_forgets_each_overload_whose_arguments_it_has()
    {
        _calculator.Add(1, 2);
        _calculator.Add(1, 2, 3);

        Assert.Equal(-3, _calculator.Forget(1, 2));

        Assert.False(_calculator.Memoized.AddOfInt32Int32.TryGet(1, 2, out _));
        Assert.True(_calculator.Memoized.AddOfInt32Int32Int32.TryGet(1, 2, 3, out _));
    }

    [Fact]
    public void Parameters_may_be_called_what_the_generated_code_is()
    {
        Assert.Equal(66, _calculator.Named(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
        Assert.Equal(66, _calculator.Named(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
        Assert.Equal(1, _calculator.Calls);
        _cache.RemoveByTag("t:8");
        Assert.Equal(66, _calculator.Named(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
        Assert.Equal(2, _calculator.Calls);
    }

    [Fact]
    public async Task Static_method()
    {
        int before = Calculator.StaticCalls;
        Assert.Equal(1.5, Calculator.Root(2.25));
        Assert.Equal(1.5, Calculator.Root(2.25));
        Assert.Equal("a+b", await Calculator.JoinAsync("a", "b"));
        Assert.Equal("a+b", await Calculator.JoinAsync("a", "b"));
        Assert.Equal("a+b+", await Calculator.JoinAsync("a", "b", ""));
        Assert.Equal(before + 3, Calculator.StaticCalls);
        Assert.True(Calculator.MemoizedMethods.Root.Remove(2.25));
        Assert.True(await Calculator.MemoizedMethods.JoinAsync.RemoveAsync(["a", "b"]));
        Calculator.MemoizedMethods.JoinAsync.Clear();
        Assert.False(Calculator.MemoizedMethods.JoinAsync.TryGet(["a", "b", ""], out _));
    }

    [Fact]
    public void Virtual_method()
    {
        Assert.Equal(3, _calculator.Virtual(2));
        Assert.Equal(3, _calculator.Virtual(2));
        Assert.Equal(1, _calculator.Calls);
    }

    [Fact]
    public async Task Generic_type_and_method_have_results_by_type_arguments()
    {
        var weathers = new Repository<List<int>>(_cache);
        var names = new Repository<object>(_cache);
        Assert.Equal("List`11", weathers.Name(1));
        Assert.Equal("Object1", names.Name(1));

        object? list = await names.MapAsync<List<int>, int>(1);
        Assert.Same(list, await names.MapAsync<List<int>, int>(1));
        Assert.NotSame(list, await names.MapAsync<List<long>, int>(1));
        Assert.NotSame(list, await names.MapAsync<List<int>, long>(1));
        Assert.NotSame(list, await weathers.MapAsync<List<int>, int>(1));
        Assert.Equal(4, names.Calls);

        Assert.True(names.Memoized.MapAsync<List<int>, int>().TryGet(1, "none", out List<int>? found));
        Assert.Same(list, found);
        Assert.True(await names.ForgetAsync<List<int>, int>(1, "none"));
        Assert.False(names.Memoized.MapAsync<List<int>, int>().TryGet(1, "none", out _));
        Assert.True(names.Memoized.MapAsync<List<long>, int>().TryGet(1, "none", out _));
    }

    [Fact]
    public async Task Argument_of_a_type_parameter_that_cannot_be_a_key_is_not_cached()
    {
        var names = new Repository<object>(_cache);
        await names.MapAsync<List<int>, Version>(new Version(1, 0));
        await names.MapAsync<List<int>, Version>(new Version(1, 0));

        Assert.Equal(2, names.Calls);
    }

    [Fact]
    public void Nested_static_class_of_a_generic_type_uses_the_default_cache()
    {
        string[] names = [Guid.NewGuid().ToString()];
        Assert.Equal("Thing False 1", Repository<Thing>.Nested.Describe(new Thing(), names));
        Assert.Equal("Thing False 1", Repository<Thing>.Nested.Describe(new Thing(), names));
        Assert.Equal("Thing True 1", Repository<Thing>.Nested.Describe(null, names));
        Assert.Equal(2, Repository<Thing>.Nested.Calls);
        Assert.StartsWith("m1/nested@", Repository<Thing>.Nested.MemoizedMethods.Describe.KeyFor(null, names), StringComparison.Ordinal);
        Assert.True(Cache.Default.Contains(Repository<Thing>.Nested.MemoizedMethods.Describe.KeyFor(null, names)));
    }

    [Fact]
    public async Task What_an_object_is_is_part_of_its_keys()
    {
        int before = Point.Calls;
        Assert.Equal(6, new Point(1, 2).Scale(2));
        Assert.Equal(6, new Point(1, 2).Scale(2));
        Assert.Equal(6, new Point(2, 1).Scale(2));
        Assert.Equal(before + 2, Point.Calls);
        new Point(1, 2).Forget(2);
        Assert.False(new Point(1, 2).Memoized.Scale.TryGet(2, out _));
        Assert.True(new Point(2, 1).Memoized.Scale.TryGet(2, out _));

        string one = await new Degrees(1, _cache).FormatAsync('C');
        Assert.Same(one, await new Degrees(1, _cache).FormatAsync('C'));
        Assert.NotSame(one, await new Degrees(2, _cache).FormatAsync('C'));
        Assert.True(new Degrees(1, _cache).Memoized.FormatAsync.TryGet('C', out string? found));
        Assert.Same(one, found);
    }
}
