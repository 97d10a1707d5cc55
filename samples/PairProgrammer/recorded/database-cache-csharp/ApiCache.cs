using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Caching.Distributed;

namespace ExpensiveApi;

/// <summary>Calls the API.</summary>
public delegate Task<TResult> ApiCall<TResult>(string mandatory, string? optional1, string? optional2, string? optional3, CancellationToken cancellationToken);

/// <summary>
/// Asks an expensive API only for what is not in the cache, which is Redis behind <see cref="IDistributedCache"/>.
/// A cache that fails never fails the caller: the API is asked instead.
/// </summary>
/// <param name="cache">The cache; <c>AddStackExchangeRedisCache</c> registers one on Redis.</param>
/// <param name="call">Calls the API. It must pay no heed to one caller's cancellation: others may wait for the result.</param>
/// <param name="contract">How results become JSON; from a source-generated context.</param>
/// <param name="failed">Told of each failure of the cache.</param>
public sealed class ApiCache<TResult>(IDistributedCache cache, ApiCall<TResult> call, JsonTypeInfo<TResult> contract, Action<Exception>? failed = null)
{
    /// <summary>How long a result is kept.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromDays(30);

    private static readonly DistributedCacheEntryOptions Expiry = new() { AbsoluteExpirationRelativeToNow = Timeout };

    private readonly ConcurrentDictionary<string, Lazy<Task<TResult>>> _running = new(StringComparer.Ordinal);

    /// <summary>Returns the result for the parameters, from the cache or the API.</summary>
    /// <param name="mandatory">The parameter that every call has.</param>
    /// <param name="optional1">An optional parameter.</param>
    /// <param name="optional2">An optional parameter.</param>
    /// <param name="optional3">An optional parameter.</param>
    /// <param name="cancellationToken">Ends this caller's wait. The call goes on for the others.</param>
    public Task<TResult> GetAsync(string mandatory, string? optional1 = null, string? optional2 = null, string? optional3 = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(mandatory);
        string key = KeyOf(mandatory, optional1, optional2, optional3);

        // Callers who ask the same at once wait for one task.
        Lazy<Task<TResult>> running = _running.GetOrAdd(key, _ => new Lazy<Task<TResult>>(() => RunAsync(key, mandatory, optional1, optional2, optional3)));
        return running.Value.WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Returns the key for the parameters. Lengths tell where one parameter ends and the next begins, and an omitted one
    /// from an empty one. The hash keeps keys short; it is of UTF-16, since UTF-8 has one text for all that is not well-formed.
    /// </summary>
    public static string KeyOf(string mandatory, string? optional1 = null, string? optional2 = null, string? optional3 = null)
    {
        string parameters = string.Concat(((string?[])[mandatory, optional1, optional2, optional3]).Select(text => text is null ? "-;" : $"{text.Length}:{text};"));
        return $"api_call:{Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(parameters.AsSpan())))}";
    }

    private async Task<TResult> RunAsync(string key, string mandatory, string? optional1, string? optional2, string? optional3)
    {
        await Task.Yield(); // Whoever comes first must not hold up the others.
        try
        {
            (bool found, TResult? cached) = await ReadAsync(key).ConfigureAwait(false);
            if (found)
                return cached!;
            TResult result = await call(mandatory, optional1, optional2, optional3, CancellationToken.None).ConfigureAwait(false);
            await WriteAsync(key, result).ConfigureAwait(false);
            return result;
        }
        finally
        {
            _running.TryRemove(key, out _);
        }
    }

    private async Task<(bool Found, TResult? Result)> ReadAsync(string key)
    {
        try
        {
            return await cache.GetAsync(key).ConfigureAwait(false) is { } bytes ? (true, JsonSerializer.Deserialize(bytes, contract)) : (false, default);
        }
        catch (Exception error)
        {
            failed?.Invoke(error);
            return (false, default);
        }
    }

    private async Task WriteAsync(string key, TResult result)
    {
        try
        {
            await cache.SetAsync(key, JsonSerializer.SerializeToUtf8Bytes(result, contract), Expiry).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            failed?.Invoke(error);
        }
    }
}
