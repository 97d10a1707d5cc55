using System.Buffers.Binary;
using System.Globalization;

namespace Larder.Sqlite.Worker;

/// <summary>
/// What a writer does, one step after the other, until it is killed: each step follows from its number, so that whoever
/// knows the last acknowledged one knows what has to be in the file.
/// </summary>
public static class Ledger
{
    public const int Keys = 12;

    public static string Key(int writer, int key) => string.Create(CultureInfo.InvariantCulture, $"writer:{writer}:{key}");

    /// <summary>The key that a step changes.</summary>
    public static int KeyOf(long step) => (int)(step * 7 % Keys);

    /// <summary>Whether a step removes its key, rather than writing it.</summary>
    public static bool Removes(long step) => step % 5 == 4;

    /// <summary>What a step writes: mostly small, sometimes many pages; the step's number and bytes that follow from it.</summary>
    public static byte[] Value(int writer, long step)
    {
        var random = new Random(HashCode(writer, step));
        byte[] value = new byte[sizeof(long) + (random.Next(20) == 0 ? random.Next(100_000) : random.Next(400))];
        random.NextBytes(value);
        BinaryPrimitives.WriteInt64LittleEndian(value, step);
        return value;
    }

    /// <summary>The last step up to <paramref name="step"/> that was about a key; 0 for none.</summary>
    public static long LastOf(int key, long step)
    {
        for (long last = step; last > 0 && last > step - Keys; last--)
        {
            if (KeyOf(last) == key)
                return last;
        }

        return 0;
    }

    // Not the runtime's, which differs from process to process.
    private static int HashCode(int writer, long step) => (int)((((ulong)step * 2_654_435_761) + ((ulong)writer * 40_503)) & int.MaxValue);
}
