using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using MicrosoftOptions = Microsoft.Extensions.Options.Options;

namespace Larder.Tests.Distributed;

/// <summary>The framework's own implementations.</summary>
internal static class MicrosoftCaches
{
    public static MemoryDistributedCache InMemory() => new(MicrosoftOptions.Create(new MemoryDistributedCacheOptions()));
}
