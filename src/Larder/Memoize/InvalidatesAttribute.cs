namespace Larder;

/// <summary>
/// Forgets a memoized result when this method was called. The arguments of the result are this method's arguments of
/// the same names. The generator writes the body: it calls the method named by <see cref="Body"/> and removes the
/// result afterwards, also when the call failed, since it may have changed something before.
/// </summary>
/// <example><code>
/// [Invalidates(nameof(GetAsync), Body = nameof(WriteAsync))]
/// public partial Task SaveAsync(string city, Weather weather);
/// </code></example>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true, Inherited = false)]
public sealed class InvalidatesAttribute : Attribute
{
    /// <summary>Forgets a result of a method of the same type.</summary>
    /// <param name="method">The memoized method.</param>
    public InvalidatesAttribute(string method) => Method = method;

    /// <summary>The memoized method.</summary>
    public string Method { get; }

    /// <summary>The method that does the work. Not set: the name of this one with <c>Core</c> added, in front of <c>Async</c>: <c>SaveCoreAsync</c> for <c>SaveAsync</c>.</summary>
    public string? Body { get; init; }

    /// <summary>Whether every result of the method is forgotten, whatever its arguments, in the partition of this call. Default <see langword="false"/>.</summary>
    public bool All { get; init; }
}
