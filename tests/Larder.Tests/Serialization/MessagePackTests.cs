using System.Text;
using System.Text.Json;
using Larder.Serialization;

namespace Larder.Tests.Serialization;

/// <summary>The transcoder against the MessagePack specification (github.com/msgpack/msgpack, spec.md): every format, at both ends of its range.</summary>
public sealed class MessagePackTests
{
    /// <summary>JSON, its shortest form by the specification, and longer forms that mean the same.</summary>
    public static TheoryData<string, string, string[]> Vectors => new()
    {
        { "null", "C0", [] },
        { "false", "C2", [] },
        { "true", "C3", [] },

        // int format family
        { "0", "00", ["CC00", "CD0000", "CE00000000", "CF0000000000000000", "D000", "D10000", "D200000000", "D30000000000000000", "CA00000000", "CB0000000000000000"] },
        { "1", "01", ["CC01", "CD0001", "CE00000001", "CF0000000000000001", "D001", "D10001", "D200000001", "D30000000000000001", "CA3F800000", "CB3FF0000000000000"] },
        { "127", "7F", ["CC7F", "CD007F", "D07F"] },
        { "128", "CC80", ["CD0080", "D10080"] },
        { "255", "CCFF", ["CD00FF", "CE000000FF", "D100FF"] },
        { "256", "CD0100", ["CE00000100", "D10100"] },
        { "32767", "CD7FFF", ["D17FFF"] },
        { "65535", "CDFFFF", ["CE0000FFFF", "D20000FFFF"] },
        { "65536", "CE00010000", ["CF0000000000010000", "D200010000"] },
        { "2147483647", "CE7FFFFFFF", ["D27FFFFFFF"] },
        { "4294967295", "CEFFFFFFFF", ["CF00000000FFFFFFFF", "D300000000FFFFFFFF", "CB41EFFFFFFFE00000"] },
        { "4294967296", "CF0000000100000000", ["D30000000100000000", "CA4F800000", "CB41F0000000000000"] },
        { "9223372036854775807", "CF7FFFFFFFFFFFFFFF", ["D37FFFFFFFFFFFFFFF"] },
        { "9223372036854775808", "CF8000000000000000", [] },
        { "18446744073709551615", "CFFFFFFFFFFFFFFFFF", [] },
        { "-1", "FF", ["D0FF", "D1FFFF", "D2FFFFFFFF", "D3FFFFFFFFFFFFFFFF", "CABF800000", "CBBFF0000000000000"] },
        { "-32", "E0", ["D0E0", "D1FFE0", "D2FFFFFFE0", "D3FFFFFFFFFFFFFFE0", "CAC2000000"] },
        { "-33", "D0DF", ["D1FFDF"] },
        { "-128", "D080", ["D1FF80"] },
        { "-129", "D1FF7F", ["D2FFFFFF7F"] },
        { "-32768", "D18000", ["D2FFFF8000"] },
        { "-32769", "D2FFFF7FFF", ["D3FFFFFFFFFFFF7FFF"] },
        { "-2147483648", "D280000000", ["D3FFFFFFFF80000000", "CBC1E0000000000000"] },
        { "-2147483649", "D3FFFFFFFF7FFFFFFF", [] },
        { "-9223372036854775808", "D38000000000000000", [] },

        // float format family: 32 bits where they say the same
        { "0.5", "CA3F000000", ["CB3FE0000000000000"] },
        { "-0.5", "CABF000000", ["CBBFE0000000000000"] },
        { "-0", "CA80000000", ["CB8000000000000000"] },
        { "0.1", "CB3FB999999999999A", [] },
        { "0.10000000149011612", "CA3DCCCCCD", ["CB3FB99999A0000000"] },
        { "1E+20", "CB4415AF1D78B58C40", [] },
        { "5E-324", "CB0000000000000001", [] },
        { "1.7976931348623157E+308", "CB7FEFFFFFFFFFFFFF", [] },

        // Numbers that no format has: their text, in an extension of type 1
        { "1.0", "C70301312E30", ["C8000301312E30", "C900000003" + "01312E30"] },
        { "1.10", "D601312E3130", [] },
        { "1e400", "C705013165343030", [] },
        { "18446744073709551616", "C714013138343436373434303733373039353531363136", [] },
        { "0e0", "C70301306530", [] },

        // str format family
        { "\"\"", "A0", ["D900", "DA0000", "DB00000000"] },
        { "\"a\"", "A161", ["D90161", "DA000161", "DB0000000161"] },
        { Text('x', 31), "BF" + Repeat("78", 31), ["D91F" + Repeat("78", 31)] },
        { Text('x', 32), "D920" + Repeat("78", 32), ["DA0020" + Repeat("78", 32)] },
        { Text('x', 255), "D9FF" + Repeat("78", 255), ["DA00FF" + Repeat("78", 255)] },
        { Text('x', 256), "DA0100" + Repeat("78", 256), ["DB00000100" + Repeat("78", 256)] },
        { Text('x', 65_535), "DAFFFF" + Repeat("78", 65_535), [] },
        { Text('x', 65_536), "DB00010000" + Repeat("78", 65_536), [] },
        { "\"漢字\"", "A6E6BCA2E5AD97", ["D906E6BCA2E5AD97"] },
        { "\"❤\"", "A3E29DA4", ["D903E29DA4"] },

        // array and map format families
        { "[]", "90", ["DC0000", "DD00000000"] },
        { "[1]", "9101", ["DC000101", "DD0000000101"] },
        { Array(15), "9F" + Repeat("05", 15), ["DC000F" + Repeat("05", 15)] },
        { Array(16), "DC0010" + Repeat("05", 16), ["DD00000010" + Repeat("05", 16)] },
        { Array(65_535), "DCFFFF" + Repeat("05", 65_535), [] },
        { Array(65_536), "DD00010000" + Repeat("05", 65_536), [] },
        { "{}", "80", ["DE0000", "DF00000000"] },
        { """{"a":1}""", "81A16101", ["DE0001A16101", "DF00000001A16101"] },
        { Map(15), "8F" + Repeat("A16B05", 15), [] },
        { Map(16), "DE0010" + Repeat("A16B05", 16), [] },
        { Map(65_536), "DF00010000" + Repeat("A16B05", 65_536), [] },
        { "[[]]", "9190", ["DC0001DC0000"] },
        { "[{}]", "9180", [] },
        { """{"a":{}}""", "81A16180", [] },
        { """{"a":[[1,[]],{"b":[{},2]}],"c":3}""", "82A161929201" + "90" + "81A162928002" + "A16303", [] },

        // The example on msgpack.org: 18 bytes instead of 27.
        { """{"compact":true,"schema":0}""", "82A7636F6D70616374C3A6736368656D6100", [] },
    };

    /// <summary>What Larder reads and does not write: bin, timestamps, floats that JSON has no number for.</summary>
    public static TheoryData<string, string> ReadOnlyVectors => new()
    {
        { "C400", "\"\"" },
        { "C50000", "\"\"" },
        { "C40200FF", "\"AP8=\"" },
        { "C5000200FF", "\"AP8=\"" },
        { "C60000000200FF", "\"AP8=\"" },
        { "CA7FC00000", "\"NaN\"" },
        { "CB7FF0000000000000", "\"Infinity\"" },
        { "CAFF800000", "\"-Infinity\"" },
        { "D6FF00000000", "\"1970-01-01T00:00:00Z\"" },
        { "D6FF5A4AF6A5", "\"2018-01-02T03:04:05Z\"" },
        { "D6FFFFFFFFFF", "\"2106-02-07T06:28:15Z\"" },
        { "D7FFA1DCD7C85A4AF6A5", "\"2018-01-02T03:04:05.678901234Z\"" },
        { "D7FF0000000100000000", "\"2106-02-07T06:28:16Z\"" },
        { "D7FFEE6B27FFFFFFFFFF", "\"2514-05-30T01:53:03.999999999Z\"" },
        { "C70CFF00000000FFFFFFFFFFFFFFFF", "\"1969-12-31T23:59:59Z\"" },
        { "C70CFF000000010000000400000000", "\"2514-05-30T01:53:04.000000001Z\"" },
        { "C70CFF3B9AC9FF0000003AFFF4417F", "\"9999-12-31T23:59:59.999999999Z\"" },
    };

    [Theory]
    [MemberData(nameof(Vectors), DisableDiscoveryEnumeration = true)]
    public void Each_value_has_its_shortest_form_and_reads_back_from_every_form(string json, string shortest, string[] longer)
    {
        Assert.Equal(shortest, ToMessagePack(json));
        Assert.Equal(json, ToJson(shortest));
        foreach (string form in longer)
            Assert.Equal(json, ToJson(form));
    }

    [Theory]
    [MemberData(nameof(ReadOnlyVectors))]
    public void Formats_that_others_write_are_read(string hex, string json) => Assert.Equal(json, ToJson(hex));

    [Theory]
    [InlineData("", "nothing")]
    [InlineData("C1", "the byte that is never used")]
    [InlineData("CC", "an integer cut off")]
    [InlineData("CB00", "a float cut off")]
    [InlineData("A261", "a string cut off")]
    [InlineData("DA01", "a length cut off")]
    [InlineData("C40301", "bytes cut off")]
    [InlineData("92C0", "an array cut off")]
    [InlineData("81A161", "a map cut off")]
    [InlineData("82A16101", "a map that lacks a pair")]
    [InlineData("C0C0", "a second value")]
    [InlineData("8101C0", "a key that is no string")]
    [InlineData("81C0C0", "a nil key")]
    [InlineData("A2C328", "a string that is not UTF-8")]
    [InlineData("81A2C328C0", "a key that is not UTF-8")]
    [InlineData("D40210", "an unknown extension")]
    [InlineData("C700FF", "a timestamp of no bytes")]
    [InlineData("D7FFFFFFFFFFFFFFFFFF", "a timestamp with too many nanoseconds")]
    [InlineData("C70CFF000000007FFFFFFFFFFFFFFF", "a timestamp beyond the year 9999")]
    [InlineData("C7040174727565", "a number that is a literal")]
    [InlineData("D5012031", "a number after a blank")]
    [InlineData("D5013120", "a number before a blank")]
    [InlineData("D501312C", "a number and a comma")]
    [InlineData("C70001", "a number without digits")]
    [InlineData("D5013031", "a number with a leading zero")]
    public void Anything_else_is_refused(string hex, string why)
    {
        Exception? exception = Record.Exception(() => ToJson(hex));
        Assert.True(exception is FormatException, $"{why}: {exception}");
    }

    [Fact]
    public void Depth_is_limited_as_in_json()
    {
        ToJson(Repeat("91", 63) + "90");
        Assert.Contains("64", Assert.Throws<FormatException>(() => ToJson(Repeat("91", 64) + "90")).Message, StringComparison.Ordinal);
        ICacheSerializer deep = CacheSerializers.MessagePack(new JsonSerializerOptions { MaxDepth = 1_000 });
        using var output = new PooledBufferWriter();
        deep.Serialize(JsonDocument.Parse(new string('[', 900) + new string(']', 900), new() { MaxDepth = 1_000 }).RootElement, output);
        Assert.Equal(900, output.WrittenCount);
        Assert.Equal(JsonValueKind.Array, deep.Deserialize<JsonElement>(output.WrittenMemory).ValueKind);
    }

    [Fact]
    public void Escaped_text_is_written_without_its_escapes()
    {
        Assert.Equal("A561220AC3A4", ToMessagePack("""  "a\"\n\u00e4"  """));
        Assert.Equal("81A122A15C", ToMessagePack("""{ "\"" : "\\" }"""));
        Assert.Equal("DA0100" + Repeat("22", 256), ToMessagePack($"\"{Repeat("\\\"", 256)}\""));
    }

    [Fact]
    public void Text_outside_the_basic_plane_is_plain_utf8()
    {
        Assert.Equal("A7E29DA4F09F8DBA", ToMessagePack("\"❤🍺\""));
        Assert.Equal("A7E29DA4F09F8DBA", ToMessagePack("\"\\u2764\\uD83C\\uDF7A\""));
        Assert.Equal("❤🍺", JsonSerializer.Deserialize<string>(ToJson("A7E29DA4F09F8DBA")));
    }

    [Fact]
    public void Escaped_lone_surrogate_is_an_error_and_not_another_text() =>
        Assert.Throws<InvalidOperationException>(() => ToMessagePack("\"\\ud800\""));

    [Fact]
    public void Byte_arrays_inside_a_value_are_base64_text()
    {
        using var output = new PooledBufferWriter();
        CacheSerializers.MessagePack().Serialize(new { Data = new byte[] { 0, 255 } }, output);
        Assert.Equal("81A444617461A441503", Convert.ToHexString(output.WrittenSpan)[..19]);
    }

    [Fact]
    public void Person_takes_fewer_bytes_than_in_json()
    {
        using var json = new PooledBufferWriter();
        using var messagePack = new PooledBufferWriter();
        CacheSerializers.Json().Serialize(Samples.Ada, json);
        CacheSerializers.MessagePack().Serialize(Samples.Ada, messagePack);
        Assert.True(messagePack.WrittenCount < json.WrittenCount * 0.85, $"{messagePack.WrittenCount} of {json.WrittenCount}");
    }

    private static string ToMessagePack(string json)
    {
        using var output = new PooledBufferWriter();
        JsonToMessagePack.Transcode(Encoding.UTF8.GetBytes(json), output, maxDepth: 64);
        return Convert.ToHexString(output.WrittenSpan);
    }

    private static string ToJson(string hex)
    {
        using var output = new PooledBufferWriter();
        MessagePackToJson.Transcode(Convert.FromHexString(hex), output, maxDepth: 64);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static string Repeat(string text, int count) => new StringBuilder().Insert(0, text, count).ToString();

    private static string Text(char character, int count) => $"\"{new string(character, count)}\"";

    private static string Array(int count) => $"[{string.Join(',', Enumerable.Repeat("5", count))}]";

    private static string Map(int count) => $"{{{string.Join(',', Enumerable.Repeat("\"k\":5", count))}}}";
}
