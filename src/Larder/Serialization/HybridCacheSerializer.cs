using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace Larder.Serialization;

/// <summary>
/// The serializers that a host registers for HybridCache, each for its types, and the cache's own for all others.
/// </summary>
/// <remarks>
/// A type's own <see cref="IHybridCacheSerializer{T}"/> comes first, then the factories, the one registered last asked
/// first. The first byte of what is written says whose the rest is: what was written before a registration changed is
/// refused, and so a miss, instead of being read by the wrong serializer.
/// </remarks>
internal sealed class HybridCacheSerializer(IServiceProvider provider, ICacheSerializer others) : ICacheSerializer
{
    private const byte Registered = 1;
    private const byte Own = 2;

    private readonly IHybridCacheSerializerFactory[] _factories = [.. provider.GetServices<IHybridCacheSerializerFactory>().Reverse()];

    // A serializer, or null for a type that has none of its own. At most one entry for each cached type.
    private readonly ConcurrentDictionary<Type, object?> _byType = new();

    public byte Id => SerializerId.HybridCache;

    public void Serialize<T>(T value, IBufferWriter<byte> output)
    {
        IHybridCacheSerializer<T>? serializer = For<T>();
        output.GetSpan(1)[0] = serializer is null ? Own : Registered;
        output.Advance(1);
        if (serializer is null)
            others.Serialize(value, output);
        else
            serializer.Serialize(value, output);
    }

    public T Deserialize<T>(ReadOnlyMemory<byte> payload)
    {
        IHybridCacheSerializer<T>? serializer = For<T>();
        byte expected = serializer is null ? Own : Registered;
        if (payload.IsEmpty || payload.Span[0] != expected)
            throw new InvalidDataException($"The payload of a {typeof(T)} was not written by the serializer that is registered for it now.");
        return serializer is null ? others.Deserialize<T>(payload[1..]) : serializer.Deserialize(new ReadOnlySequence<byte>(payload[1..]));
    }

    private IHybridCacheSerializer<T>? For<T>() =>
        (IHybridCacheSerializer<T>?)(_byType.TryGetValue(typeof(T), out object? known) ? known : _byType.GetOrAdd(typeof(T), Find<T>()));

    private IHybridCacheSerializer<T>? Find<T>()
    {
        if (provider.GetService<IHybridCacheSerializer<T>>() is { } serializer)
            return serializer;
        foreach (IHybridCacheSerializerFactory factory in _factories)
        {
            if (factory.TryCreateSerializer(out IHybridCacheSerializer<T>? made))
                return made;
        }

        return null;
    }
}
