using Larder.Memoize;

namespace Larder;

/// <summary>
/// The keys of functions that were memoized under a name, to look up or remove single results:
/// <c>cache.Remove(MemoizedKey.For("weather", "London"))</c>.
/// </summary>
/// <remarks>Give each argument as the type that the function takes: <c>2</c> and <c>2L</c> have different keys.</remarks>
public static class MemoizedKey
{
    /// <summary>The key of the result for no arguments.</summary>
    /// <param name="name">The name that the function was memoized under.</param>
    public static string For(string name) => KeyOf(name, default(Arguments));

    /// <summary>The key of the result for one argument.</summary>
    /// <exception cref="NotSupportedException">The argument cannot be part of a key.</exception>
    public static string For<T1>(string name, T1 first) => KeyOf(name, new Arguments<T1>(first));

    /// <summary>The key of the result for two arguments.</summary>
    /// <exception cref="NotSupportedException">An argument cannot be part of a key.</exception>
    public static string For<T1, T2>(string name, T1 first, T2 second) => KeyOf(name, new Arguments<T1, T2>(first, second));

    /// <summary>The key of the result for three arguments.</summary>
    /// <exception cref="NotSupportedException">An argument cannot be part of a key.</exception>
    public static string For<T1, T2, T3>(string name, T1 first, T2 second, T3 third) => KeyOf(name, new Arguments<T1, T2, T3>(first, second, third));

    /// <summary>The key of the result for four arguments.</summary>
    /// <exception cref="NotSupportedException">An argument cannot be part of a key.</exception>
    public static string For<T1, T2, T3, T4>(string name, T1 first, T2 second, T3 third, T4 fourth) => KeyOf(name, new Arguments<T1, T2, T3, T4>(first, second, third, fourth));

    private static string KeyOf<TArguments>(string name, TArguments arguments)
        where TArguments : struct, IArguments
    {
        var writer = new CacheKeyWriter(CacheKeyWriter.CreateHead(name), stackalloc char[CacheKeyWriter.MaxLength]);
        try
        {
            int position = 0;
            arguments.WriteTo(ref writer, ref position);
            return writer.ToString();
        }
        finally
        {
            writer.Dispose();
        }
    }
}
