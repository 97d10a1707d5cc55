namespace Larder.Memoize.Tests.Subjects;

public readonly record struct Place(string City, int? Floor);

/// <summary>Methods whose hits are measured.</summary>
public sealed partial class Lookups(ICache cache)
{
    [Memoize(nameof(Compute))]
    public partial string ByInt(int id);

    [Memoize(nameof(Compute))]
    public partial string ByLong(long id);

    [Memoize(nameof(ComputeNegated))]
    public partial ValueTask<string> ByNegatedLongAsync(long id);

    [Memoize(nameof(Compute))]
    public partial string ByString(string name);

    [Memoize(nameof(ComputeThree))]
    public partial ValueTask<string> ByThreeAsync(string name, int number, Guid id);

    [Memoize(nameof(ComputeFour))]
    public partial int ByFour(DayOfWeek day, decimal price, DateOnly date, int? number);

    [Memoize(nameof(ComputeComposite))]
    public partial int ByComposite((int, string, DayOfWeek) tuple, int[] ids, Place place);

    [Memoize(nameof(ComputeUser), Scope = CacheScope.User, Collection = "lookups")]
    public partial int ByUser(int id, UserContext user);

    [Memoize(nameof(ComputeTagged), Tags = ["id:{id}"], CacheNull = false)]
    public partial string? Tagged(int id);

    [Memoize(nameof(ComputeGeneric))]
    public partial TResult? Generic<T, TResult>(T id);

    private static string Compute(int id) => id.ToString();

    private static string Compute(long id) => $"long {id}";

    private static ValueTask<string> ComputeNegated(long id) => new($"not {id}");

    private static string Compute(string name) => name;

    private static ValueTask<string> ComputeThree(string name, int number, Guid id) => new($"{name} {number} {id}");

    private static int ComputeFour(DayOfWeek day, decimal price, DateOnly date, int? number) => 1;

    private static int ComputeComposite((int, string, DayOfWeek) tuple, int[] ids, Place place) => 1;

    private static int ComputeUser(int id, UserContext user) => id;

    private static string ComputeTagged(int id) => "x";

    private static TResult? ComputeGeneric<T, TResult>(T id) => default;
}
