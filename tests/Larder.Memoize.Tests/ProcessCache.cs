[assembly: AssemblyFixture(typeof(Larder.Memoize.Tests.ProcessCache))]

namespace Larder.Memoize.Tests;

/// <summary>The cache of the types that hold none. It stays the same while tests beside them make hosts, each of which would offer its own.</summary>
public sealed class ProcessCache : IDisposable
{
    private readonly Cache _cache = Cache.Configure(static _ => { });

    public void Dispose() => _cache.Dispose();
}
