using System.Buffers.Binary;
using System.Globalization;

namespace Larder.Crasher;

/// <summary>What is saved: a generation's entries follow from its number, so that whoever reads a file can tell whether it is whole.</summary>
public static class Contents
{
    private const string GenerationKey = "generation";

    public static IEnumerable<(string Key, byte[] Value)> Of(long generation)
    {
        byte[] number = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(number, generation);
        yield return (GenerationKey, number);

        var random = new Random((int)(generation * 2_654_435_761 & int.MaxValue));
        for (int i = random.Next(1, 120); i > 0; i--)
        {
            // Mostly small, sometimes larger than any buffer on the way.
            byte[] value = new byte[random.Next(12) == 0 ? random.Next(300_000) : random.Next(600)];
            random.NextBytes(value);
            yield return (string.Create(CultureInfo.InvariantCulture, $"key:{i}"), value);
        }
    }

    /// <summary>The generation whose entries these are, all of them, in order.</summary>
    /// <exception cref="InvalidDataException">They are not any generation's.</exception>
    public static long GenerationOf(IReadOnlyList<(string Key, byte[] Value)> entries)
    {
        if (entries.Count == 0 || entries[0].Key != GenerationKey)
            throw new InvalidDataException($"{entries.Count} entries, none of them the generation's number");
        long generation = BinaryPrimitives.ReadInt64LittleEndian(entries[0].Value);
        int i = 0;
        foreach ((string key, byte[] value) in Of(generation))
        {
            if (i >= entries.Count || entries[i].Key != key || !entries[i].Value.AsSpan().SequenceEqual(value))
                throw new InvalidDataException($"entry {i} of generation {generation} is missing or differs");
            i++;
        }

        return i == entries.Count ? generation : throw new InvalidDataException($"generation {generation} has {i} entries, and {entries.Count} were found");
    }
}
