namespace Larder.MongoDB.Tests.Bson;

/// <summary>
/// Documents as bytes, in hexadecimal, and what they say: in the manner of the public BSON corpus
/// (https://github.com/mongodb/specifications/tree/master/source/bson-corpus), written from https://bsonspec.org/spec.html.
/// </summary>
internal static class BsonCorpus
{
    /// <summary>Each is read as what stands beside it, and written as it was.</summary>
    public static readonly Dictionary<string, (string Bytes, string Text)> Valid = new()
    {
        ["empty"] = ("0500000000", "{}"),
        ["double"] = ("10000000016400000000000000F03F00", "{d: double 1}"),
        ["double, negative"] = ("10000000016400000000000000F0BF00", "{d: double -1}"),
        ["double, negative zero"] = ("10000000016400000000000000008000", "{d: double -0}"),
        ["double, NaN"] = ("10000000016400000000000000F87F00", "{d: double NaN}"),
        ["double, NaN with a payload"] = ("10000000016400120000000000F87F00", "{d: double NaN}"),
        ["double, infinity"] = ("10000000016400000000000000F07F00", "{d: double Infinity}"),
        ["text"] = ("0E00000002610002000000620000", "{a: 'b'}"),
        ["text, empty"] = ("0D000000026100010000000000", "{a: ''}"),
        ["text, two bytes for a character"] = ("190000000261000D000000C3A9C3A9C3A9C3A9C3A9C3A90000", "{a: '\u00E9\u00E9\u00E9\u00E9\u00E9\u00E9'}"),
        ["text, three bytes for a character"] = ("190000000261000D000000E29886E29886E29886E298860000", "{a: '\u2606\u2606\u2606\u2606'}"),
        ["text, four bytes for a character"] = ("1100000002610005000000F09F98800000", "{a: '\U0001F600'}"),
        ["text with a NUL"] = ("190000000261000D0000006162006261620062616261620000", "{a: 'ab\0bab\0babab'}"),
        ["document"] = ("0D000000037800050000000000", "{x: {}}"),
        ["document in a document"] = ("140000000378000C000000106100010000000000", "{x: {a: 1}}"),
        ["name of no characters"] = ("0C0000000300050000000000", "{: {}}"),
        ["array"] = ("140000000461000C0000001030000A0000000000", "{a: [10]}"),
        ["array, empty"] = ("0D000000046100050000000000", "{a: []}"),
        ["array, mixed"] = ("1B0000000461001300000010300001000000083100010A32000000", "{a: [1, true, Null]}"),
        ["binary"] = ("0F0000000578000200000000FFFF00", "{x: binary 0 FFFF}"),
        ["binary, empty"] = ("0D000000057800000000000000", "{x: binary 0 }"),
        ["binary, old"] = ("13000000057800060000000202000000FFFF00", "{x: binary 2 FFFF}"),
        ["binary, UUID"] = ("1D000000057800100000000473FFD26444B34C6990E8E7D1DFC035D400", "{x: binary 4 73FFD26444B34C6990E8E7D1DFC035D4}"),
        ["binary, own"] = ("0F0000000578000200000080FFFF00", "{x: binary 128 FFFF}"),
        ["undefined"] = ("0800000006610000", "{a: Undefined}"),
        ["object id"] = ("1400000007610056E1FC72E0C917E9C471416100", "{a: ObjectId 56E1FC72E0C917E9C4714161}"),
        ["false"] = ("090000000862000000", "{b: false}"),
        ["true"] = ("090000000862000100", "{b: true}"),
        ["date"] = ("10000000096100C5D8D6CC3B01000000", "{a: date 1356351330501}"),
        ["date before 1970"] = ("10000000096100C33CE7B9BDFFFFFF00", "{a: date -284643869501}"),
        ["null"] = ("080000000A610000", "{a: Null}"),
        ["regular expression"] = ("0F0000000B610061626300696D0000", "{a: RegularExpression 61626300696D00}"),
        ["regular expression, empty"] = ("0A0000000B6100000000", "{a: RegularExpression 0000}"),
        ["pointer"] = ("1A0000000C610002000000620056E1FC72E0C917E9C471416100", "{a: DbPointer 02000000620056E1FC72E0C917E9C4714161}"),
        ["code"] = ("0E0000000D610002000000620000", "{a: JavaScript 020000006200}"),
        ["symbol"] = ("0E0000000E610002000000620000", "{a: Symbol 020000006200}"),
        ["code with a scope"] = ("160000000F61000E0000000100000000050000000000", "{a: JavaScriptWithScope 0E00000001000000000500000000}"),
        ["int32"] = ("0C0000001069000000008000", "{i: -2147483648}"),
        ["int32, greatest"] = ("0C000000106900FFFFFF7F00", "{i: 2147483647}"),
        ["timestamp"] = ("100000001161002A00000015CD5B0700", "{a: timestamp 123456789 42}"),
        ["timestamp, highest bits"] = ("10000000116100FFFFFFFFFFFFFFFF00", "{a: timestamp -1 4294967295}"),
        ["int64"] = ("10000000126100000000000000008000", "{a: long -9223372036854775808}"),
        ["decimal"] = ("180000001364000000000000000000000000000000403C00", "{d: Decimal128 0000000000000000000000000000403C}"),
        ["smallest key"] = ("08000000FF610000", "{a: MinKey}"),
        ["greatest key"] = ("080000007F610000", "{a: MaxKey}"),
        ["two fields of one name"] = ("13000000106100010000001061000200000000", "{a: 1, a: 2}"),
    };

    /// <summary>No document, each for one reason.</summary>
    public static readonly Dictionary<string, string> Invalid = new()
    {
        ["nothing"] = "",
        ["only a length"] = "05000000",
        ["length too small"] = "0400000000",
        ["length negative"] = "FFFFFFFF00",
        ["length too great"] = "0600000000",
        ["bytes after the end"] = "050000000000",
        ["no zero at the end"] = "0500000001",
        ["end in the middle of a value"] = "0B00000010690001000000",
        ["double cut off"] = "0B0000000164000000F03F",
        ["double with a byte less"] = "0F0000000164000000000000F03F00",
        ["text, length zero"] = "0C0000000261000000000000",
        ["text, length negative"] = "0C000000026100FFFFFFFF00",
        ["text, longer than the document"] = "0E00000002610003000000620000",
        ["text, length of 2 GiB"] = "0E000000026100FFFFFF7F620000",
        ["text, shorter than it is"] = "0E00000002610001000000620000",
        ["text, no zero at the end"] = "0E00000002610002000000626200",
        ["text, not UTF-8"] = "0E00000002610002000000E90000",
        ["text, a surrogate"] = "1000000002610004000000EDA0800000",
        ["text, too many bytes for a character"] = "0F00000002610003000000C0800000",
        ["name, not UTF-8"] = "0C00000010E9000100000000",
        ["name without an end"] = "070000000A6162",
        ["document, length too small"] = "0D000000037800040000000000",
        ["document, longer than the outer"] = "0D000000037800060000000000",
        ["document, shorter than it is"] = "150000000378000C00000010610001000000000000",
        ["document, no zero at the end"] = "0D000000037800050000000100",
        ["array, longer than the document"] = "140000000461000D0000001030000A0000000000",
        ["binary, length negative"] = "0D000000057800FFFFFFFF0000",
        ["binary, longer than the document"] = "0D000000057800010000000000",
        ["binary, length of 2 GiB"] = "0D000000057800FFFFFF7F0000",
        ["binary, old, inner length too great"] = "13000000057800060000000203000000FFFF00",
        ["binary, old, inner length too small"] = "13000000057800060000000201000000FFFF00",
        ["binary, old, inner length negative"] = "130000000578000600000002FFFFFFFFFFFF00",
        ["binary, old, no room for the inner length"] = "10000000057800030000000200000000",
        ["boolean of 2"] = "090000000862000200",
        ["boolean of -1"] = "09000000086200FF00",
        ["object id cut off"] = "1000000007610056E1FC72E0C917E900",
        ["regular expression without an end"] = "0F0000000B610061626300696D6D6D",
        ["code with a scope, length too small"] = "160000000F6100030000000100000000050000000000",
        ["code with a scope, length too great"] = "160000000F61000F0000000100000000050000000000",
        ["code with a scope, length negative"] = "160000000F6100FFFFFFFF0100000000050000000000",
        ["code with a scope, text too long"] = "160000000F61000E0000000F00000000050000000000",
        ["code with a scope, scope too long"] = "160000000F61000E0000000100000000060000000000",
        ["pointer, text cut off"] = "1A0000000C610003000000620056E1FC72E0C917E9C471416100",
        ["type 0"] = "0800000000610000",
        ["type 20"] = "0800000014610000",
        ["type 128"] = "0800000080610000",
        ["decimal cut off"] = "10000000136400000000000000000000",
    };

    /// <summary>A document in a document, so many times.</summary>
    public static byte[] Nested(int depth)
    {
        var bytes = new byte[(8 * depth) - 3];
        for (int i = 0; i < depth; i++)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(7 * i), bytes.Length - (8 * i));
            if (i < depth - 1)
                "\u0003a\0"u8.CopyTo(bytes.AsSpan((7 * i) + 4));
        }

        return bytes;
    }
}
