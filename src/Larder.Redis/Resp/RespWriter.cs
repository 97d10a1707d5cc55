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
        // Room for all of it at once: callers hold a lock meanwhile.
        int most = LongestHeader;
        foreach (ReadOnlyMemory<byte> argument in arguments)
            most = checked(most + LongestHeader + argument.Length + 2);

        Span<byte> rest = output.GetSpan(most);
        int length = rest.Length;
        WriteHeader(ref rest, (byte)'*', arguments.Length);
        foreach (ReadOnlyMemory<byte> argument in arguments)
        {
            WriteHeader(ref rest, (byte)'$', argument.Length);
            argument.Span.CopyTo(rest);
            rest = rest[argument.Length..];
            "\r\n"u8.CopyTo(rest);
            rest = rest[2..];
        }

        output.Advance(length - rest.Length);
    }

    private static void WriteHeader(ref Span<byte> rest, byte type, int length)
    {
        rest[0] = type;
        bool written = Utf8Formatter.TryFormat(length, rest[1..], out int digits);
        Debug.Assert(written, "Eleven bytes hold every length.");
        "\r\n"u8.CopyTo(rest[(1 + digits)..]);
        rest = rest[(digits + 3)..];
    }
}
