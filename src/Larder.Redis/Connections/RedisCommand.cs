using System.Buffers.Text;
using System.Text;

namespace Larder.Redis.Connections;

/// <summary>One command, ready to be written to any connection, as often as redirections ask for.</summary>
/// <param name="arguments">The command's name and its arguments. They stay as they are until the answer has come.</param>
/// <param name="keyIndex">Which argument is the key that tells a cluster where the command belongs; 0 when none is.</param>
/// <param name="isIdempotent">Whether it may be sent again when the connection was lost before the answer came.</param>
internal sealed class RedisCommand(ReadOnlyMemory<byte>[] arguments, int keyIndex, bool isIdempotent)
{
    public ReadOnlyMemory<byte>[] Arguments => arguments;

    public bool IsIdempotent => isIdempotent;

    /// <summary>The key that tells where the command belongs; empty when any server will do.</summary>
    public ReadOnlySpan<byte> Key => keyIndex == 0 ? default : arguments[keyIndex].Span;

    public bool HasKey => keyIndex != 0;

    /// <summary>The name of the script that it calls, for traces; nothing when it calls none.</summary>
    public string? Script { get; init; }

    /// <summary>What the command is called, for messages and traces.</summary>
    public string Name => Encoding.ASCII.GetString(arguments[0].Span);

    /// <summary>A command that only reads.</summary>
    public static RedisCommand Read(ReadOnlyMemory<byte> name, params ReadOnlySpan<ReadOnlyMemory<byte>> keyAndArguments) =>
        new([name, .. keyAndArguments], keyIndex: 1, isIdempotent: true);

    /// <summary>A command that changes something.</summary>
    public static RedisCommand Write(ReadOnlyMemory<byte> name, params ReadOnlySpan<ReadOnlyMemory<byte>> keyAndArguments) =>
        new([name, .. keyAndArguments], keyIndex: 1, isIdempotent: false);

    /// <summary>A command about the server or the connection, of plain words.</summary>
    public static RedisCommand About(params ReadOnlySpan<string> words)
    {
        var arguments = new ReadOnlyMemory<byte>[words.Length];
        for (int i = 0; i < words.Length; i++)
            arguments[i] = Encoding.UTF8.GetBytes(words[i]);
        return new RedisCommand(arguments, keyIndex: 0, isIdempotent: true);
    }

    /// <summary>A number as an argument.</summary>
    public static ReadOnlyMemory<byte> Number(long number)
    {
        byte[] digits = new byte[20];
        Utf8Formatter.TryFormat(number, digits, out int written);
        return digits.AsMemory(0, written);
    }
}
