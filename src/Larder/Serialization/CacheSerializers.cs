using System.Text.Json;
using System.Text.Json.Serialization;
using Larder.Serialization;

namespace Larder;

/// <summary>The serializers that come with Larder. Strings and bytes need none: they are stored as they are, whatever the serializer.</summary>
public static class CacheSerializers
{
    /// <summary>JSON, by System.Text.Json.</summary>
    /// <param name="options">
    /// Contracts and converters; copied. Without a <see cref="JsonSerializerOptions.TypeInfoResolver"/>, contracts are made by
    /// reflection where the application allows it (<see cref="JsonSerializer.IsReflectionEnabledByDefault"/>); otherwise
    /// only primitive types can be written. <see langword="null"/> for Larder's own: the defaults of System.Text.Json, and
    /// fields are included (so value tuples work), NaN and infinities are allowed, and only what JSON requires is escaped.
    /// </param>
    public static ICacheSerializer Json(JsonSerializerOptions? options = null) =>
        new JsonCacheSerializer(new JsonContracts(options, JsonSerializer.IsReflectionEnabledByDefault));

    /// <summary>JSON, by source-generated contracts: safe for trimming and AOT.</summary>
    /// <param name="context">Declares every type that is cached.</param>
    public static ICacheSerializer Json(JsonSerializerContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Json(context.Options);
    }

    /// <summary>MessagePack, written and read through the same contracts as <see cref="Json(JsonSerializerOptions?)"/>: the same values, in fewer bytes.</summary>
    /// <param name="options">As for JSON.</param>
    /// <remarks>
    /// Property names stay strings, and what a JSON contract writes as text (dates, base64) stays text. Numbers lose
    /// nothing: one that MessagePack has no exact form for is kept as its digits, in an extension of type 1.
    /// </remarks>
    public static ICacheSerializer MessagePack(JsonSerializerOptions? options = null) =>
        new MessagePackCacheSerializer(new JsonContracts(options, JsonSerializer.IsReflectionEnabledByDefault));

    /// <summary>MessagePack, by source-generated contracts: safe for trimming and AOT.</summary>
    /// <param name="context">Declares every type that is cached.</param>
    public static ICacheSerializer MessagePack(JsonSerializerContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return MessagePack(context.Options);
    }
}
