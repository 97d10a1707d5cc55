using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Larder.Redis.Keys;
using Larder.Redis.Resp;

namespace Larder.Redis.Connections;

/// <summary>One command, ready to be written to any connection, as often as redirections ask for.</summary>
/// <param name="arguments">The command's name and its arguments. They stay as they are until the answer has come.</param>
/// <param name="keyIndex">Which argument is the key that tells a cluster where the command belongs; 0 when none is.</param>
/// <param name="isIdempotent">Whether it may be sent again when the connection was lost before the answer came.</param>
internal sealed class RedisCommand(ReadOnlyMemory<byte>[] arguments, int keyIndex, bool isIdempotent)
{
    private const int KeptKeyBytes = 1024;

    private static readonly ReadOnlyMemory<byte>[] Begin = ["MULTI"u8.ToArray()];
    private static readonly ReadOnlyMemory<byte>[] End = ["EXEC"u8.ToArray()];
    private static readonly ReadOnlyMemory<byte> Exists = "EXISTS"u8.ToArray();

    [ThreadStatic]
    private static RedisCommand? _spare;

    private byte[] _key = [];

    public ReadOnlyMemory<byte>[] Arguments => arguments;

    public bool IsIdempotent => isIdempotent;

    /// <summary>The key that tells where the command belongs; empty when any server will do.</summary>
    public ReadOnlySpan<byte> Key => keyIndex == 0 ? default : arguments[keyIndex].Span;

    public bool HasKey => keyIndex != 0;

    /// <summary>The name of the script that it calls, for traces; nothing when it calls none.</summary>
    public string? Script { get; init; }

    /// <summary>Whether the key is read right after it, in the same atomic step: then the server tracks it for this connection, and the answer is that of both.</summary>
    public bool ReadsAfterwards { get; init; }

    /// <summary>How many answers the server gives.</summary>
    public int Answers => ReadsAfterwards ? 4 : 1;

    /// <summary>What the command is called, for messages and traces.</summary>
    public string Name => Encoding.ASCII.GetString(arguments[0].Span);

    /// <summary>A command that only reads.</summary>
    public static RedisCommand Read(ReadOnlyMemory<byte> name, params ReadOnlySpan<ReadOnlyMemory<byte>> keyAndArguments) =>
        new([name, .. keyAndArguments], keyIndex: 1, isIdempotent: true);

    /// <summary>A command that only reads one entry, in an object that is used again: to be given back when its answer has come, and not looked at any more.</summary>
    public static RedisCommand RentRead(ReadOnlyMemory<byte> name, ServerKeys keys, string key)
    {
        RedisCommand command = _spare ?? new RedisCommand(new ReadOnlyMemory<byte>[2], keyIndex: 1, isIdempotent: true);
        _spare = null;
        int most = keys.MaxEntryLength(key);
        if (command._key.Length < most)
            command._key = new byte[most];
        command.Arguments[0] = name;
        command.Arguments[1] = command._key.AsMemory(0, keys.WriteEntry(key, command._key));
        return command;
    }

    /// <summary>Gives a rented one back.</summary>
    public void Return()
    {
        if (_key.Length <= KeptKeyBytes)
            _spare = this;
    }

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

    /// <summary>Writes all of it.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        if (!ReadsAfterwards)
        {
            RespWriter.WriteCommand(output, arguments);
            return;
        }

        RespWriter.WriteCommand(output, Begin);
        RespWriter.WriteCommand(output, arguments);
        RespWriter.WriteCommand(output, [Exists, arguments[keyIndex]]);
        RespWriter.WriteCommand(output, End);
    }

    /// <summary>A number as an argument.</summary>
    public static ReadOnlyMemory<byte> Number(long number)
    {
        byte[] digits = new byte[20];
        Utf8Formatter.TryFormat(number, digits, out int written);
        return digits.AsMemory(0, written);
    }
}
