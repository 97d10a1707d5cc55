using Larder.Redis.Resp;

namespace Larder.Redis.Tests.Resp;

/// <summary>Streams with bytes changed, lost, doubled and swapped: the parser reads them, waits for more, or says what is wrong.</summary>
public sealed class RespFuzzTests
{
    [Fact]
    public void Mutated_streams_never_do_worse_than_a_protocol_error() => Fuzz(rounds: 20_000, seed: 1);

    // Found by the long run: what is announced was multiplied before it was compared.
    [Theory]
    [InlineData("%9223372036854775807\r\n")]
    [InlineData("|9223372036854775807\r\n")]
    [InlineData("*9223372036854775807\r\n")]
    [InlineData("*2\r\n$1\r\na\r\n$9223372036854775807\r\n")]
    public void Announcement_of_any_size_is_a_protocol_error(string stream) => Assert.Throws<RedisProtocolException>(() => Wire.ReadWhole(stream));

    [Fact]
    [Trait("Category", "Long")]
    [Trait("Long", "resp-fuzz")]
    public void Mutated_streams_never_do_worse_than_a_protocol_error_in_the_long_run() => Fuzz(rounds: 5_000_000, seed: Environment.TickCount);

    private static void Fuzz(int rounds, int seed)
    {
        var random = new Random(seed);
        var limits = new RespLimits { MaxReplyBytes = 1 << 20, MaxElements = 1 << 14 };
        byte[][] captures = [.. Vectors.All.Values.Select(vector => Wire.Bytes(vector.Stream)), .. Captures.All.Select(Wire.Bytes)];
        int refused = 0;
        for (int round = 0; round < rounds; round++)
        {
            byte[] stream = Mutate([.. captures[random.Next(captures.Length)], .. captures[random.Next(captures.Length)]], random);
            int[] cuts = [.. Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(stream.Length + 1)).Order()];
            Exception? error = Record.Exception(() => Wire.ReadAll(stream, cuts, limits));
            if (error is RedisProtocolException)
                refused++;
            else
                Assert.True(error is null, $"Seed {seed}, round {round}: {error}\n{Convert.ToHexString(stream)}");
        }

        Assert.InRange(refused, rounds / 10, rounds);
    }

    private static byte[] Mutate(byte[] stream, Random random)
    {
        List<byte> bytes = [.. stream];
        for (int i = random.Next(1, 6); i > 0 && bytes.Count > 1; i--)
        {
            int at = random.Next(bytes.Count);
            int length = Math.Min(random.Next(1, 8), bytes.Count - at);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] = "$*%~>|!=:,#_(+-;.?0123456789\r\n"u8[random.Next(30)];
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
