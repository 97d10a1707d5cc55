using Larder.AspNetCore.OutputCaching;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Larder;

/// <summary>Keeps the responses of ASP.NET Core's output cache in a Larder cache.</summary>
public static class LarderBuilderOutputCacheExtensions
{
    /// <summary>The collection that responses are kept in unless another is named.</summary>
    public const string DefaultCollection = "output-cache";

    /// <summary>
    /// Makes the cache the <see cref="IOutputCacheStore"/> of the host, in place of the one in memory that <c>AddOutputCache</c>
    /// brings, whichever is called first. <c>EvictByTagAsync</c> is O(1), and with a shared store reaches every node.
    /// </summary>
    /// <param name="builder">What <c>AddLarder</c> returned.</param>
    /// <param name="collection">The collection that holds the responses, in global scope. Not empty.</param>
    public static LarderBuilder AsOutputCache(this LarderBuilder builder, string collection = DefaultCollection)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(collection);
        string name = builder.Name;
        builder.Services.Replace(ServiceDescriptor.Singleton<IOutputCacheStore>(
            provider => new CacheOutputStore(provider.GetRequiredKeyedService<ICache>(name).Collection(collection))));
        return builder;
    }
}
