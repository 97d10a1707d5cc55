namespace Larder;

/// <summary>
/// Caches what a method returns, by its arguments. On a partial method the generator writes its body: look the
/// arguments up, and on a miss call the method named here. On a method of an interface it writes a decorator of the
/// interface, which <c>AddMemoized</c> registers.
/// </summary>
/// <example><code>
/// public sealed partial class WeatherService(ICache cache, IWeatherApi api)
/// {
///     [Memoize(nameof(FetchAsync), TtlSeconds = 3600)]
///     public partial Task&lt;Weather&gt; GetAsync(string city, CancellationToken ct = default);
///
///     private Task&lt;Weather&gt; FetchAsync(string city, CancellationToken ct) => api.GetAsync(city, ct);
/// }
/// </code></example>
/// <remarks>What is not set follows the cache's own options. docs/memoize.md has the rules and every diagnostic.</remarks>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class MemoizeAttribute : Attribute
{
    /// <summary>Memoizes a method of an interface; or a partial method whose body is named like it with <c>Core</c> added, in front of <c>Async</c>: <c>GetCoreAsync</c> for <c>GetAsync</c>.</summary>
    public MemoizeAttribute()
    {
    }

    /// <summary>Memoizes a partial method.</summary>
    /// <param name="body">The method that computes the value. It takes the same parameters, with or without the cancellation token.</param>
    public MemoizeAttribute(string body) => Body = body;

    /// <summary>The method that computes the value.</summary>
    public string? Body { get; }

    /// <summary>How long a result is fresh, in seconds. Positive; <see cref="double.PositiveInfinity"/> for ever.</summary>
    public double TtlSeconds { get; init; }

    /// <summary>A result stays fresh for this many seconds after each hit, at most until its TTL has passed. Positive.</summary>
    public double SlidingSeconds { get; init; }

    /// <summary>For how many seconds after its TTL a result may be served when the method fails or is slow. Zero or more.</summary>
    public double GraceSeconds { get; init; }

    /// <summary>What a reader sees at the beginning of the keys instead of <c>Type.Method</c>.</summary>
    public string? KeyPrefix { get; init; }

    /// <summary>The names of parameters that are not part of the key.</summary>
    public string[]? IgnoreArguments { get; init; }

    /// <summary>Who shares a result. Not set: everybody who uses the same cache or handle.</summary>
    public CacheScope Scope { get; init; }

    /// <summary>The collection that the results are kept in. Not set: that of the cache or handle.</summary>
    public string? Collection { get; init; }

    /// <summary>Labels to remove results by, together. <c>{city}</c> stands for the argument, formatted with the invariant culture.</summary>
    public string[]? Tags { get; init; }

    /// <summary>Whether each look-up and each computation is logged, to the cache's logger.</summary>
    public bool Verbose { get; init; }

    /// <summary>Whether a store that fails, or an argument that cannot be written into a key, is hidden: the method is called and its answer returned. Not set: as the cache does.</summary>
    public bool FailSilently { get; init; }

    /// <summary>Whether <see langword="null"/> is cached like any other result. Not set: it is.</summary>
    public bool CacheNull { get; init; } = true;

    /// <summary>The field, property or primary-constructor parameter that holds the cache; needed when there are several.</summary>
    public string? Cache { get; init; }
}
