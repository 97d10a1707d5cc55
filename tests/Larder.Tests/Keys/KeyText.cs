namespace Larder.Tests.Keys;

/// <summary>Keys of values, as tests ask for them.</summary>
internal static class KeyText
{
    public const string Head = "m1/f";

    private static readonly string HeadOfF = CacheKeyWriter.CreateHead("f");

    public delegate void Writing(ref CacheKeyWriter writer);

    /// <summary>What the writer writes behind the head for one value, by its static type.</summary>
    public static string Of<T>(T value) => Write((ref CacheKeyWriter writer) => writer.Append(value));

    /// <summary>What the writer writes behind the head.</summary>
    public static string Write(Writing write)
    {
        string key = Whole(HeadOfF, write);
        Assert.StartsWith(Head, key, StringComparison.Ordinal);
        return key[Head.Length..];
    }

    public static string Whole(string head, Writing write)
    {
        // Too small for anything, so that growing is always tested along.
        var writer = new CacheKeyWriter(head, stackalloc char[8]);
        try
        {
            write(ref writer);
            string key = writer.ToString();
            Assert.Equal(key, writer.Finish().ToString());
            return key;
        }
        finally
        {
            writer.Dispose();
        }
    }
}
