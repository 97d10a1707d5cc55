using System.Buffers;
using Larder.MongoDB.Bson;
using Larder.MongoDB.Commands;
using Larder.MongoDB.Wire;

namespace Larder.MongoDB.Tests.Wire;

/// <summary>Messages byte by byte, from https://github.com/mongodb/specifications/blob/master/source/message/OP_MSG.md.</summary>
public sealed class OpMsgTests
{
    private const string Ping = "2F000000" + "01000000" + "00000000" + "DD070000" + "00000000" + "00" + "1A000000" + "1070696E670001000000" + "0224646200020000006100" + "00";

    [Fact]
    public void Message_is_written_byte_by_byte()
    {
        var message = new OpMsg(OpMsgFlags.None, Document(new BsonDocument { { "ping", 1 }, { "$db", "a" } }), []);

        Assert.Equal(Ping, Convert.ToHexString(Write(message, requestId: 1)));
    }

    [Fact]
    public void Sequences_are_written_beside_the_body()
    {
        var sequence = new DocumentSequence("d", [Document([]), Document(new BsonDocument { { "a", 1 } })]);

        string bytes = Convert.ToHexString(Write(new OpMsg(OpMsgFlags.None, Document([]), [sequence]), 1));

        Assert.Equal("32000000" + "01000000" + "00000000" + "DD070000" + "00000000" + "00" + "0500000000" + "01" + "17000000" + "6400" + "0500000000" + "0C0000001061000100000000", bytes);
    }

    [Fact]
    public void Everything_comes_back()
    {
        byte[][] documents = [Document([]), Document(new BsonDocument { { "a", new BsonArray { 1, "x" } } })];
        var message = new OpMsg(OpMsgFlags.ChecksumPresent, Document(new BsonDocument { { "update", "c" } }), [new DocumentSequence("updates", [documents[0], documents[1]]), new DocumentSequence("none", [])]);
        byte[] bytes = Write(message, 7, responseTo: 6);

        OpMsg read = OpMsg.Read(bytes);

        Assert.Equal(new MessageHeader(bytes.Length, 7, 6, MessageHeader.OpMsg), MessageHeader.Read(bytes));
        Assert.Equal(message.Flags, read.Flags);
        Assert.Equal(message.Body.ToArray(), read.Body.ToArray());
        Assert.Equal(["updates", "none"], read.Sequences.Select(one => one.Name));
        Assert.Equal(documents, read.Sequences[0].Documents.Select(one => one.ToArray()));
        Assert.Empty(read.Sequences[1].Documents);
    }

    [Fact]
    public void Checksum_is_the_published_one()
    {
        // RFC 3720, B.4.
        Assert.Equal(0x8A9136AAu, Crc32C.Of(new byte[32]));
        Assert.Equal(0x62A8AB43u, Crc32C.Of([.. Enumerable.Repeat((byte)0xFF, 32)]));
        Assert.Equal(0x46DD794Eu, Crc32C.Of([.. Enumerable.Range(0, 32).Select(i => (byte)i)]));
        Assert.Equal(0xE3069283u, Crc32C.Of("123456789"u8));
    }

    [Fact]
    public void Every_changed_bit_of_a_message_with_a_checksum_is_noticed()
    {
        byte[] bytes = Write(new OpMsg(OpMsgFlags.ChecksumPresent, Document(new BsonDocument { { "ok", 1 } }), []), 1);
        for (int bit = 8 * MessageHeader.Size; bit < 8 * bytes.Length; bit++)
        {
            if (bit == 8 * MessageHeader.Size)
                continue; // It says that there is a checksum.
            byte[] changed = [.. bytes];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<MongoDbProtocolException>(() => OpMsg.Read(changed));
        }
    }

    [Theory]
    [InlineData("no room for flags", "00", "")]
    [InlineData("no body", "00000000", "")]
    [InlineData("two bodies", "00000000", "00050000000000" + "0500000000")]
    [InlineData("unknown kind", "00000000", "02" + "0500000000")]
    [InlineData("body longer than the message", "00000000", "00" + "0600000000")]
    [InlineData("body shorter than a document", "00000000", "00" + "0400000000")]
    [InlineData("flag that must be known", "04000000", "00" + "0500000000")]
    [InlineData("last flag that must be known", "00800000", "00" + "0500000000")]
    [InlineData("checksum cut off", "01000000", "00")]
    [InlineData("sequence without a length", "00000000", "00" + "0500000000" + "01" + "0000")]
    [InlineData("sequence longer than the message", "00000000", "00" + "0500000000" + "01" + "08000000" + "6400")]
    [InlineData("sequence of negative length", "00000000", "00" + "0500000000" + "01" + "FFFFFFFF" + "6400")]
    [InlineData("sequence without a name", "00000000", "00" + "0500000000" + "01" + "06000000" + "6464")]
    [InlineData("sequence with half a document", "00000000", "00" + "0500000000" + "01" + "0A000000" + "6400" + "05000000")]
    public void What_is_no_message_is_refused(string why, string flags, string sections)
    {
        byte[] bytes = [.. new byte[MessageHeader.Size], .. Convert.FromHexString(flags + sections)];

        Assert.True(Record.Exception(() => OpMsg.Read(bytes)) is MongoDbProtocolException, why);
    }

    [Fact]
    public void Flags_that_need_not_be_known_are_let_pass()
    {
        byte[] bytes = [.. new byte[MessageHeader.Size], .. Convert.FromHexString("0000FFFF" + "00" + "0500000000")];

        Assert.Equal(5, OpMsg.Read(bytes).Body.Length);
    }

    [Theory]
    [InlineData(15)]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(48_000_001)]
    [InlineData(int.MaxValue)]
    public void Header_of_no_message_is_refused(int length)
    {
        byte[] bytes = new byte[MessageHeader.Size];
        new MessageHeader(length, 1, 2, 3).Write(bytes);

        Assert.Throws<MongoDbProtocolException>(() => MessageHeader.Read(bytes));
    }

    [Fact]
    public void Statements_of_a_command_go_beside_the_body_and_what_the_connection_says_into_it()
    {
        var command = new BsonDocument { { "update", "c" }, { "updates", new BsonArray { new BsonDocument { { "q", 1 } }, new BsonDocument { { "q", 2 } } } }, { "ordered", true } };

        OpMsg message = CommandMessage.Make(Document(command), new BsonDocument { { "$db", "d" } });

        Assert.Equal("{update: 'c', ordered: true, $db: 'd'}", Bson.BsonText.Of(BsonReader.Read(message.Body)));
        DocumentSequence sequence = Assert.Single(message.Sequences);
        Assert.Equal("updates", sequence.Name);
        Assert.Equal(["{q: 1}", "{q: 2}"], sequence.Documents.Select(one => Bson.BsonText.Of(BsonReader.Read(one))));
    }

    [Theory]
    [InlineData("find", false, true)]
    [InlineData("aggregate", false, true)]
    [InlineData("findAndModify", true, true)]
    [InlineData("getMore", false, false)]
    [InlineData("createIndexes", false, true)]
    public void What_may_be_sent_again_is_known_by_its_name(string name, bool isWrite, bool isRetryable)
    {
        CommandTraits traits = CommandTraits.Of(Document(new BsonDocument { { name, 1 }, { "maxTimeMS", 5 } }));

        Assert.Equal((isWrite, isRetryable, TimeSpan.FromMilliseconds(5)), (traits.IsWrite, traits.IsRetryable, traits.MaxTime));
    }

    [Theory]
    [InlineData("update", "updates", "multi", true, false)]
    [InlineData("update", "updates", "multi", false, true)]
    [InlineData("delete", "deletes", "limit", false, false)]
    [InlineData("delete", "deletes", "limit", true, true)]
    public void Statements_on_many_documents_may_not_be_sent_again(string name, string statements, string field, bool value, bool isRetryable)
    {
        var one = new BsonDocument { { "q", new BsonDocument() }, { field, value ? 1 : 0 } };

        Assert.Equal(isRetryable, CommandTraits.Of(Document(new BsonDocument { { name, "c" }, { statements, new BsonArray { one } } })).IsRetryable);
    }

    private static byte[] Document(BsonDocument document) => BsonWriter.ToArray(document);

    private static byte[] Write(OpMsg message, int requestId, int responseTo = 0)
    {
        var output = new ArrayBufferWriter<byte>();
        output.Write((ReadOnlySpan<byte>)[1, 2, 3]); // A message need not be the first.
        message.Write(output, requestId, responseTo);
        return output.WrittenSpan[3..].ToArray();
    }
}
