namespace Larder.Benchmarks;

/// <summary>Memoized methods whose hits are measured.</summary>
internal sealed partial class MemoizedLookups(ICache cache)
{
    [Memoize(nameof(Compute))]
    public partial object ByNumber(int number);

    [Memoize(nameof(Compute))]
    public partial object ByName(string name);

    [Memoize(nameof(Compute))]
    public partial object ByThree(string name, int number, Guid id);

    [Memoize(nameof(ComputeAsync))]
    public partial ValueTask<object> ByThreeAsync(string name, int number, Guid id);

    private static object Compute(int number) => new();

    private static object Compute(string name) => new();

    private static object Compute(string name, int number, Guid id) => new();

    private static ValueTask<object> ComputeAsync(string name, int number, Guid id) => new(new object());
}
