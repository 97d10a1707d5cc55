namespace Larder.Memoize.Tests.Subjects;

/// <summary>What an object is, is part of its keys.</summary>
public sealed partial record Point(int X, int Y) : ICacheKeyPart
{
    private static readonly ICache Cache = Larder.Cache.Create();

    public static int Calls { get; private set; }

    public void WriteTo(ref CacheKeyWriter writer)
    {
        writer.Append(X);
        writer.Append(Y);
    }

    [Memoize]
    public partial int Scale(int factor);

    private int ScaleCore(int factor)
    {
        Calls++;
        return (X + Y) * factor;
    }

    [Invalidates(nameof(Scale))]
    public partial void Forget(int factor);

    private void ForgetCore(int factor)
    {
    }
}

/// <summary>The same of a struct.</summary>
public readonly partial struct Degrees(int value, ICache cache) : ICacheKeyPart
{
    public int Value => value;

    public void WriteTo(ref CacheKeyWriter writer) => writer.Append(value);

    [Memoize]
    public readonly partial ValueTask<string> FormatAsync(char sign);

    private ValueTask<string> FormatCoreAsync(char sign) => new($"{value}{sign} {Guid.NewGuid()}");
}
