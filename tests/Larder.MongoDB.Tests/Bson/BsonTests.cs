using Larder.MongoDB.Bson;

namespace Larder.MongoDB.Tests.Bson;

public sealed class BsonTests
{
    public static TheoryData<string> Valid => [.. BsonCorpus.Valid.Keys];

    public static TheoryData<string> Invalid => [.. BsonCorpus.Invalid.Keys];

    [Theory]
    [MemberData(nameof(Valid))]
    public void Document_is_read_and_written_as_it_was(string name)
    {
        (string bytes, string text) = BsonCorpus.Valid[name];

        BsonDocument document = BsonReader.Read(Convert.FromHexString(bytes));

        Assert.Equal(text, BsonText.Of(document));
        Assert.Equal(bytes, Convert.ToHexString(BsonWriter.ToArray(document)));
        Assert.Equal(bytes.Length / 2, BsonWriter.LengthOf(document));
    }

    [Theory]
    [MemberData(nameof(Valid))]
    public void Fields_are_found_without_reading_what_is_in_them(string name)
    {
        byte[] bytes = Convert.FromHexString(BsonCorpus.Valid[name].Bytes);
        BsonDocument document = BsonReader.Read(bytes);
        var scan = new BsonScan(bytes);

        for (int i = 0; i < document.Count; i++)
        {
            Assert.True(scan.Next());
            Assert.Equal((document.FieldAt(i).Value.Type, document.FieldAt(i).Key), (scan.Type, System.Text.Encoding.UTF8.GetString(scan.Name)));
            Assert.True(bytes.AsSpan(scan.ValueOffset, scan.Value.Length).SequenceEqual(scan.Value));
        }

        Assert.False(scan.Next());
    }

    [Theory]
    [MemberData(nameof(Invalid))]
    public void What_is_no_document_is_refused(string name)
    {
        Assert.Throws<MongoDbProtocolException>(() => BsonReader.Read(Convert.FromHexString(BsonCorpus.Invalid[name])));
    }

    [Theory]
    [MemberData(nameof(Valid))]
    public void Document_that_was_cut_off_is_refused(string name)
    {
        byte[] bytes = Convert.FromHexString(BsonCorpus.Valid[name].Bytes);

        for (int length = 0; length < bytes.Length; length++)
            Assert.Throws<MongoDbProtocolException>(() => BsonReader.Read(bytes.AsMemory(0, length)));
    }

    [Fact]
    public void Depth_is_bounded()
    {
        Assert.Single(BsonReader.Read(BsonCorpus.Nested(BsonLimits.Default.MaxDepth)));
        Assert.Throws<MongoDbProtocolException>(() => BsonReader.Read(BsonCorpus.Nested(BsonLimits.Default.MaxDepth + 1)));
        Assert.Throws<MongoDbProtocolException>(() => BsonReader.Read(BsonCorpus.Nested(100_000)));
    }

    [Fact]
    public void Number_of_values_is_bounded()
    {
        byte[] bytes = BsonWriter.ToArray(new BsonDocument { { "a", new BsonArray(Enumerable.Repeat(BsonValue.Null, 1000)) } });

        Assert.Equal(1000, BsonReader.Read(bytes, new BsonLimits { MaxElements = 1001 })["a"].AsArray!.Count);
        Assert.Throws<MongoDbProtocolException>(() => BsonReader.Read(bytes, new BsonLimits { MaxElements = 1000 }));
    }

    [Fact]
    public void What_BSON_cannot_say_is_not_written()
    {
        Assert.ThrowsAny<ArgumentException>(() => BsonWriter.ToArray(new BsonDocument { { "a\0b", 1 } }));
        Assert.ThrowsAny<ArgumentException>(() => BsonWriter.ToArray(new BsonDocument { { "a", "\uD800" } }));
        Assert.ThrowsAny<ArgumentException>(() => BsonWriter.ToArray(new BsonDocument { { "\uD800", 1 } }));
    }

    [Fact]
    public void Missing_fields_are_missing_and_are_not_written()
    {
        BsonDocument document = new() { { "a", default }, { "b", 1 } };

        Assert.True(document["a"].IsMissing && document["c"]["d"].IsMissing);
        Assert.Equal("{b: 1}", BsonText.Of(document));
        document["b"] = default;
        Assert.Equal("0500000000", Convert.ToHexString(BsonWriter.ToArray(document)));
    }

    [Fact]
    public void Places_in_long_arrays_are_written_as_numbers()
    {
        BsonDocument document = new() { { "a", new BsonArray(Enumerable.Range(0, 1234).Select(i => (BsonValue)i)) } };
        byte[] bytes = BsonWriter.ToArray(document);

        Assert.Equal(BsonText.Of(document), BsonText.Of(BsonReader.Read(bytes)));
        Assert.True(bytes.AsSpan().IndexOf("\u00101233\0"u8) > 0);
    }
}
