using System.Buffers;
using Larder.MongoDB.Bson;
using Larder.MongoDB.Commands;
using Larder.MongoDB.Tests.Bson;
using Larder.MongoDB.Wire;

namespace Larder.MongoDB.Tests.Wire;

/// <summary>Messages with bytes changed, lost, doubled and swapped: the reader reads them, or says what is wrong.</summary>
public sealed class FuzzTests
{
    private static readonly byte[] Fragments = Convert.FromHexString("00FFFFFFFF7FFFFFFF0000000005000000000102030405070809100B0C0D0F11120100800000");

    [Fact]
    public void Mutated_messages_never_do_worse_than_a_protocol_error() => Fuzz(rounds: 30_000, seed: 1);

    [Fact]
    [Trait("Category", "Long")]
    [Trait("Long", "bson-fuzz")]
    public void Mutated_messages_never_do_worse_than_a_protocol_error_in_the_long_run() => Fuzz(rounds: 5_000_000, seed: Environment.TickCount);

    private static void Fuzz(int rounds, int seed)
    {
        var random = new Random(seed);
        byte[][] captures = [.. Captures()];
        int refused = 0;
        for (int round = 0; round < rounds; round++)
        {
            byte[] bytes = Mutate(captures[random.Next(captures.Length)], random);
            Exception? error = Record.Exception(() => ReadAll(bytes));
            if (error is MongoDbProtocolException)
                refused++;
            else
                Assert.True(error is null, $"Seed {seed}, round {round}: {error}\n{Convert.ToHexString(bytes)}");
        }

        Assert.InRange(refused, rounds / 10, rounds);
    }

    // As the client and the store do with what they receive.
    private static void ReadAll(byte[] bytes)
    {
        if (bytes.Length >= MessageHeader.Size)
            MessageHeader.Read(bytes);
        OpMsg message = OpMsg.Read(bytes);
        ReplyError.Find(message.Body.Span);
        CommandTraits.Of(message.Body.Span);
        CommandMessage.Make(message.Body, new BsonDocument { { "$db", "d" } });
        BsonDocument body = BsonReader.Read(message.Body, new BsonLimits { MaxElements = 1 << 14 });
        byte[] again = BsonWriter.ToArray(body);
        Assert.Equal(BsonText.Of(body), BsonText.Of(BsonReader.Read(again)));
        foreach (DocumentSequence sequence in message.Sequences)
        {
            foreach (ReadOnlyMemory<byte> document in sequence.Documents)
                BsonReader.Read(document);
        }
    }

    private static IEnumerable<byte[]> Captures()
    {
        foreach ((string bytes, _) in BsonCorpus.Valid.Values)
            yield return Message(new BsonDocument { { "ok", 1.0 }, { "cursor", new BsonDocument { { "firstBatch", new BsonArray { BsonReader.Read(Convert.FromHexString(bytes)) } }, { "id", 0L }, { "ns", "a.b" } } } }, []);
        yield return Message(new BsonDocument { { "ok", 0.0 }, { "errmsg", "not primary" }, { "code", 10107 }, { "errorLabels", new BsonArray { "RetryableWriteError" } } }, []);
        yield return Message(new BsonDocument { { "n", 1 }, { "writeConcernError", new BsonDocument { { "code", 91 }, { "errmsg", "down" } } }, { "ok", 1 } }, []);
        yield return Message(new BsonDocument { { "update", "c" } }, [new BsonDocument { { "q", new BsonDocument { { "_id", "x" } } }, { "u", new BsonArray { new BsonDocument { { "$set", new BsonDocument { { "a", 1 } } } } } }, { "multi", true } }]);
    }

    private static byte[] Message(BsonDocument body, BsonDocument[] statements)
    {
        var output = new ArrayBufferWriter<byte>();
        DocumentSequence[] sequences = statements.Length == 0 ? [] : [new DocumentSequence("updates", [.. statements.Select(one => (ReadOnlyMemory<byte>)BsonWriter.ToArray(one))])];
        new OpMsg(OpMsgFlags.None, BsonWriter.ToArray(body), sequences).Write(output, 1);
        return output.WrittenSpan.ToArray();
    }

    private static byte[] Mutate(byte[] message, Random random)
    {
        List<byte> bytes = [.. message];
        for (int i = random.Next(1, 5); i > 0 && bytes.Count > 1; i--)
        {
            int at = random.Next(bytes.Count);
            int length = Math.Min(random.Next(1, 8), bytes.Count - at);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] = Fragments[random.Next(Fragments.Length)];
                    break;
                case 2:
                    bytes.RemoveRange(at, length);
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                case 4:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                default:
                    bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count - length + 1), length));
                    break;
            }
        }

        return [.. bytes];
    }
}
