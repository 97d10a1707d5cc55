namespace Larder.Memoize;

/// <summary>Refuses, when a function is wrapped, what could only go wrong when it is called.</summary>
internal static class FunctionCheck
{
    public static void Throw(ICache cache, Delegate function, Type result)
    {
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentNullException.ThrowIfNull(function);
        if (!function.HasSingleTarget)
            throw new ArgumentException("The delegate calls several functions, of which only the last one's result would be cached. Memoize them one by one.", nameof(function));

        if (typeof(Task).IsAssignableFrom(result) || result == typeof(ValueTask))
            throw new ArgumentException($"The function returns {result}, which holds no value to cache. Memoize a function that returns a value, Task<T> or ValueTask<T>.", nameof(function));
        if (result.IsGenericType && result.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>))
            throw new ArgumentException($"The function returns {result}, which is computed while it is read. Memoize a function that returns a list.", nameof(function));

        // The last generic argument is the result, the one before it the last parameter.
        Type[] types = function.GetType().GetGenericArguments();
        if (types.AsSpan(0, Math.Max(0, types.Length - 2)).Contains(typeof(CancellationToken)))
            throw new ArgumentException("A CancellationToken is passed on only as the function's last parameter; here another one follows it.", nameof(function));
    }
}
