using System.Text.Json;

namespace Larder;

/// <summary>The serializers that come with Larder.</summary>
public static class CacheSerializers
{
    /// <summary>JSON, by System.Text.Json.</summary>
    /// <param name="options">Contracts and converters; give a source-generated context as <see cref="JsonSerializerOptions.TypeInfoResolver"/> for trimming and AOT.</param>
    public static ICacheSerializer Json(JsonSerializerOptions? options = null) => throw new NotSupportedException();
}
