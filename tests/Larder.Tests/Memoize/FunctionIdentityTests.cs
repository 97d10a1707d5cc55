using System.Linq.Expressions;

namespace Larder.Tests.Memoize;

public sealed class FunctionIdentityTests
{
    private readonly DictionaryCache _cache = new();

    private interface ISquare<T>
    {
        T Of(T value);
    }

    // Kept in stores: a change here orphans every memoized result of a method.
    [Fact]
    public void Key_of_a_method_is_its_type_name_and_signature()
    {
        _cache.Memoize<int, int>(Twice)(2);
        Assert.Equal("m1/FunctionIdentityTests.Twice@f45c75e0ec2457f78bdb0261866711ec/i32_2", Assert.Single(_cache.Entries.Keys));
    }

    [Fact]
    public void Method_wrapped_twice_shares_its_results()
    {
        Assert.Equal(Key<int, int>(Twice), Key<int, int>(Twice));
        Assert.Equal(Key<int, int>(new Doubler(1).Times), Key<int, int>(new Doubler(2).Times));
    }

    [Fact]
    public void Different_methods_have_different_keys()
    {
        string[] keys =
        [
            Key<int, int>(Twice),
            Key<int, int>(Thrice),
            Key<long, long>(Twice),
            Key<int, int>(new Doubler(1).Times),
            Key<int, int>(Other.Twice),
            Key<int, string>(Named<int>),
            Key<int, string>(Named<long>),
            Key<int, string>(Named<string>),
            Key<int, string>(Named<object>),
            Key<int, string>(Generic<string>.Named),
            Key<int, string>(Generic<object>.Named),
            Key<int, int>(((ISquare<int>)new Square()).Of),
            Key<long, long>(((ISquare<long>)new Square()).Of),
        ];
        Assert.Equal(keys.Length, keys.Distinct().Count());
    }

    [Fact]
    public void Explicit_interface_method_is_a_method_like_any_other() =>
        Assert.Equal(Key<int, int>(((ISquare<int>)new Square()).Of), Key<int, int>(((ISquare<int>)new Square()).Of));

    [Fact]
    public void Name_alone_decides_when_it_is_given()
    {
        _cache.Memoize<int, int>(Twice, "n")(2);
        Assert.Equal("m1/n/i32_2", Assert.Single(_cache.Entries.Keys));
        Assert.Equal(4, _cache.Memoize((int _) => 99, "n")(2));
    }

    [Fact]
    public void Lambda_without_a_name_shares_with_itself_only()
    {
        Func<int, int> one = a => a + 1, two = a => a + 2;
        Assert.Equal(Key(one), Key(one));
        Assert.NotEqual(Key(one), Key(two));
    }

    [Fact]
    public void Lambdas_that_captured_different_things_share_nothing()
    {
        Assert.Equal(11, _cache.Memoize(Adder(10))(1));
        Assert.Equal(21, _cache.Memoize(Adder(20))(1));

        static Func<int, int> Adder(int captured) => a => a + captured;
    }

    [Fact]
    public void Local_function_and_compiled_expression_are_lambdas()
    {
        Assert.StartsWith("m1/lambda@", Key<int, int>(Local), StringComparison.Ordinal);
        Expression<Func<int, int>> expression = a => a + 1;
        Assert.StartsWith("m1/lambda@", Key(expression.Compile()), StringComparison.Ordinal);

        static int Local(int a) => a;
    }

    [Fact]
    public void Lambda_without_a_name_stays_in_memory()
    {
        _cache.Memoize((int a) => a)(1);
        _cache.Memoize((int a) => a, "n")(1);
        _cache.Memoize<int, int>(Twice)(1);
        _cache.Memoize((int a) => a, options: new EntryOptions { Tiers = Tiers.Both, Size = 7 })(1);
        _cache.Memoize((int a) => a, options: new EntryOptions { Size = 7 })(1);
        Assert.Equal([Tiers.Memory, null, null, Tiers.Both, Tiers.Memory], _cache.Asked.Select(asked => asked.Options?.Tiers));
        Assert.Equal(7, _cache.Asked[^1].Options!.Size);
    }

    private static int Twice(int value) => 2 * value;

    private static long Twice(long value) => 2 * value;

    private static int Thrice(int value) => 3 * value;

    private static string Named<T>(int value) => $"{typeof(T)}{value}";

    private string Key<T, TResult>(Func<T, TResult> function)
    {
        _cache.Entries.Clear();
        _cache.Memoize(function)(default!);
        return Assert.Single(_cache.Entries.Keys);
    }

    private static class Other
    {
        public static int Twice(int value) => 2 * value;
    }

    private static class Generic<T>
    {
        public static string Named(int value) => $"{typeof(T)}{value}";
    }

    private sealed class Doubler(int factor)
    {
        public int Times(int value) => factor * value;
    }

    private sealed class Square : ISquare<int>, ISquare<long>
    {
        int ISquare<int>.Of(int value) => value * value;

        long ISquare<long>.Of(long value) => value * value;
    }
}
