using System.Buffers;
using System.Globalization;
using System.Text;
using Larder.Redis.Resp;

namespace Larder.Redis.Tests.Resp;

/// <summary>Streams of RESP3 as they come over a wire: in pieces.</summary>
internal static class Wire
{
    public static byte[] Bytes(string latin1) => Encoding.Latin1.GetBytes(latin1);

    /// <summary>Everything that the stream holds, shown; the stream comes in pieces that end at <paramref name="cuts"/>.</summary>
    public static List<string> ReadAll(byte[] stream, IEnumerable<int> cuts, RespLimits? limits = null)
    {
        var parser = new RespParser(limits ?? new RespLimits());
        var read = new List<string>();
        byte[] left = [];
        int from = 0;
        foreach (int cut in cuts.Append(stream.Length))
        {
            // What was not consumed stays in the buffer in front of the next piece, in another segment.
            ReadOnlySequence<byte> input = Segment.Chain(left, stream[from..cut]);
            while (parser.TryRead(ref input, out RespValue value))
                read.Add(Show(value));
            left = input.ToArray();
            from = cut;
        }

        Assert.True(left.Length == 0 || limits is not null, $"{left.Length} bytes are left.");
        return read;
    }

    public static List<string> ReadWhole(string stream, RespLimits? limits = null) => ReadAll(Bytes(stream), [], limits);

    public static string Show(RespValue value) => value.Kind switch
    {
        RespKind.Null => "null",
        RespKind.SimpleString => "+" + value.Text,
        RespKind.Error => "-" + value.Text,
        RespKind.Integer => ":" + value.Integer.ToString(CultureInfo.InvariantCulture),
        RespKind.Blob => "$" + Encoding.Latin1.GetString(value.Bytes),
        RespKind.Double => "," + value.Double.ToString("R", CultureInfo.InvariantCulture),
        RespKind.Boolean => value.Boolean ? "#t" : "#f",
        RespKind.BigNumber => "(" + value.Text,
        RespKind.Verbatim => "=" + value.Text,
        RespKind.Array => "[" + Join(value) + "]",
        RespKind.Map => "%[" + Join(value) + "]",
        RespKind.Set => "~[" + Join(value) + "]",
        RespKind.Push => ">[" + Join(value) + "]",
        _ => throw new InvalidOperationException(value.ToString()),
    };

    private static string Join(RespValue value) => string.Join(' ', value.Elements.Select(Show));

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public static ReadOnlySequence<byte> Chain(byte[] first, byte[] second)
        {
            if (first.Length == 0)
                return new ReadOnlySequence<byte>(second);
            var end = new Segment { Memory = second, RunningIndex = first.Length };
            var start = new Segment { Memory = first, Next = end };
            return new ReadOnlySequence<byte>(start, 0, end, second.Length);
        }
    }
}
