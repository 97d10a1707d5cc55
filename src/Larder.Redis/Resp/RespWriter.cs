using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;

namespace Larder.Redis.Resp;

/// <summary>Writes commands: an array of blobs, the only form that servers read.</summary>
internal static class RespWriter
{
    private const int LongestHeader = 1 + 10 + 2; // A type, the digits of an int, an end of line.

    public static void WriteCommand(IBufferWriter<byte> output, ReadOnlySpan<ReadOnlyMemory<byte>> arguments)
    {
        WriteHeader(output, (byte)'*', arguments.Length);
        foreach (ReadOnlyMemory<byte> argument in arguments)
        {
            WriteHeader(output, (byte)'$', argument.Length);
            output.Write(argument.Span);
            output.Write("\r\n"u8);
        }
    }

    private static void WriteHeader(IBufferWriter<byte> output, byte type, int length)
    {
        Span<byte> header = output.GetSpan(LongestHeader);
        header[0] = type;
        bool written = Utf8Formatter.TryFormat(length, header[1..], out int digits);
        Debug.Assert(written, "Eleven bytes hold every length.");
        "\r\n"u8.CopyTo(header[(1 + digits)..]);
        output.Advance(digits + 3);
    }
}
