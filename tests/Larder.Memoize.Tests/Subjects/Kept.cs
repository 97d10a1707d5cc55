namespace Larder.Memoize.Tests.Subjects;

/// <summary>Options.</summary>
public sealed partial class Kept(ICache first, ICache second)
{
    public int Calls { get; private set; }

    public Exception? Fails { get; set; }

    public ICache First => first;

    [Memoize(nameof(Next), Cache = nameof(second), TtlSeconds = 60, GraceSeconds = 600)]
    public partial int InSecond(int id);

    [Memoize(nameof(Next), Cache = nameof(First), SlidingSeconds = 10, TtlSeconds = 60)]
    public partial int Sliding(int id);

    [Memoize(nameof(Next), Cache = nameof(First), Tags = ["all", "id:{id}", "{name}"], IgnoreArguments = [])]
    public partial int Tagged(int id, string? name);

    [Memoize(nameof(Next), Cache = nameof(First), Tags = ["fixed"], KeyPrefix = "kept/it@home")]
    public partial int Fixed(int id);

    [Memoize(nameof(Next), Cache = nameof(First), TtlSeconds = double.PositiveInfinity, Verbose = true)]
    public partial int Loud(int id);

    private int Next(int id)
    {
        if (Fails is not null)
            throw Fails;
        return ++Calls;
    }

    private int Next(int id, string? name) => Next(id);

    // An argument that fails when it is written.
    [Memoize(nameof(Fragile), Cache = nameof(First), FailSilently = true)]
    public partial ValueTask<int> SilentAsync(Unwritable part);

    [Memoize(nameof(Fragile), Cache = nameof(First), FailSilently = false)]
    public partial ValueTask<int> LoudFailureAsync(Unwritable part);

    private ValueTask<int> Fragile(Unwritable part) => new(++Calls);

    [Invalidates(nameof(SilentAsync))]
    public partial Task ForgetAsync(Unwritable part);

    private Task ForgetCoreAsync(Unwritable part) => Task.CompletedTask;
}

/// <summary>A key part that cannot be written while it is broken.</summary>
public sealed class Unwritable(bool isBroken) : ICacheKeyPart
{
    public void WriteTo(ref CacheKeyWriter writer)
    {
        writer.Append(1);
        if (isBroken)
            throw new InvalidOperationException("The part is broken.");
    }
}
