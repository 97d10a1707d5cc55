using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Larder.Serialization;
using static Larder.Tests.Serialization.Samples;

namespace Larder.Tests.Serialization;

public sealed class JsonContractsTests
{
    [Fact]
    public void Source_generated_context_is_enough()
    {
        foreach (ICacheSerializer serializer in new[] { CacheSerializers.Json(TestContext.Default), CacheSerializers.MessagePack(TestContext.Default) })
        {
            PayloadCodec codec = Codec(serializer);
            Assert.Equal(DecodeOutcome.Ok, codec.TryDecode(Key, codec.Encode(Key, Plain, Ada), out _, out Person person));
            Assert.Equal(JsonSerializer.Serialize(Ada), JsonSerializer.Serialize(person));
            Assert.Equal(DecodeOutcome.Ok, codec.TryDecode(Key, codec.Encode<Shape>(Key, Plain, new Square(2)), out _, out Shape shape));
            Assert.Equal(new Square(2), shape);
            Assert.Contains(nameof(TestContext), Assert.Throws<InvalidOperationException>(() => codec.Encode(Key, Plain, new Mutable())).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Options_with_a_context_are_enough()
    {
        var options = new JsonSerializerOptions { TypeInfoResolver = TestContext.Default, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };
        byte[] bytes = Codec(CacheSerializers.Json(options)).Encode(Key, Plain, Ada);
        Assert.True(bytes.AsSpan().IndexOf("\"nicknames\""u8) > 0);
    }

    [Fact]
    public void Options_changed_later_change_nothing()
    {
        var options = new JsonSerializerOptions();
        ICacheSerializer serializer = CacheSerializers.Json(options);
        options.WriteIndented = true;
        Assert.Equal("""{"Next":null}""", Text(serializer, new Node()));
        Assert.False(options.IsReadOnly);
    }

    [Fact]
    public void Options_are_followed()
    {
        Assert.Equal("{\n  \"next\": null\n}", Text(CacheSerializers.Json(new JsonSerializerOptions(JsonSerializerDefaults.Web) { WriteIndented = true, NewLine = "\n" }), new Node()));
        Assert.Equal("{}", Text(CacheSerializers.Json(new JsonSerializerOptions { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull }), new Node()));
        // Each with its own writer on the same thread.
        ICacheSerializer plain = CacheSerializers.Json();
        Assert.Equal("""{"Next":null}""", Text(plain, new Node()));
        Assert.Equal("""{"Next":null}""", Text(plain, new Node()));
    }

    [Fact]
    public void Without_reflection_primitive_types_work_and_others_say_what_to_do()
    {
        PayloadCodec codec = Codec(new JsonCacheSerializer(new JsonContracts(null, reflection: false)));
        Assert.Equal(DecodeOutcome.Ok, codec.TryDecode(Key, codec.Encode(Key, Plain, 5), out _, out int number));
        Assert.Equal(5, number);
        Assert.Equal(DecodeOutcome.Ok, codec.TryDecode(Key, codec.Encode(Key, Plain, double.NaN), out _, out double nan));
        Assert.Equal(double.NaN, nan);
        Assert.Equal(DecodeOutcome.Ok, codec.TryDecode(Key, codec.Encode<Guid?>(Key, Plain, Guid.Empty), out _, out Guid? guid));
        Assert.Equal(Guid.Empty, guid);
        Assert.Contains("CacheSerializers.Json(context)", Assert.Throws<InvalidOperationException>(() => codec.Encode(Key, Plain, new Mutable())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Converter_may_serialize_with_the_same_cache()
    {
        ICacheSerializer? serializer = null;
        serializer = CacheSerializers.Json(new JsonSerializerOptions { Converters = { new Nesting(() => serializer!) } });
        Assert.Equal("[1,\"7\"]", Text(serializer, (object)new Nested()));
    }

    [Fact]
    public void Larders_own_options_keep_tuples_fields_and_named_numbers()
    {
        Assert.Equal("""{"Item1":1,"Item2":"ä<\""}""", Text(CacheSerializers.Json(), (1, "ä<\"")));
        Assert.Equal("\"NaN\"", Text(CacheSerializers.Json(), double.NaN));
    }

    [Fact]
    public void Lone_surrogate_inside_a_value_becomes_the_replacement_character()
    {
        // That is System.Text.Json's own rule; docs/serialization.md says so. A string that is the value is kept exactly.
        PayloadCodec codec = Codec();
        codec.TryDecode(Key, codec.Encode(Key, Plain, new Mutable { Text = "a\uD800" }), out _, out Mutable read);
        Assert.Equal("a\uFFFD", read.Text);
    }

    private static string Text<T>(ICacheSerializer serializer, T value)
    {
        using var output = new PooledBufferWriter();
        serializer.Serialize(value, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private sealed class Nested;

    private sealed class Nesting(Func<ICacheSerializer> serializer) : JsonConverter<Nested>
    {
        public override Nested Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, Nested value, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(1);
            writer.WriteStringValue(Text(serializer(), 7));
            writer.WriteEndArray();
        }
    }
}
