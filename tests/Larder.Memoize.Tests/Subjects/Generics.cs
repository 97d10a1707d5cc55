namespace Larder.Memoize.Tests.Subjects;

/// <summary>A generic type with a generic method.</summary>
public sealed partial class Repository<TEntity>(ICache cache)
    where TEntity : class, new()
{
    public int Calls { get; private set; }

    [Memoize]
    public partial string Name(int id);

    private string NameCore(int id) => $"{typeof(TEntity).Name}{id}{(++Calls > 0 ? "" : "!")}";

    [Memoize]
    public partial ValueTask<TResult?> MapAsync<TResult, TKey>(TKey id, string? name = "none")
        where TResult : class, new()
        where TKey : notnull, IComparable<TKey>;

    private ValueTask<TResult?> MapCoreAsync<TResult, TKey>(TKey id, string? name)
        where TResult : class, new()
        where TKey : notnull, IComparable<TKey>
    {
        Calls++;
        return new(new TResult());
    }

    [Invalidates(nameof(MapAsync))]
    public partial ValueTask<bool> ForgetAsync<TResult, TKey>(TKey id, string? name)
        where TResult : class, new()
        where TKey : notnull, IComparable<TKey>;

    private static Task<bool> ForgetCoreAsync<TResult, TKey>(TKey id, string? name)
        where TResult : class, new()
        where TKey : notnull, IComparable<TKey> => Task.FromResult(true);

    public static partial class Nested
    {
        public static int Calls { get; private set; }

        [Memoize(KeyPrefix = "nested")]
        public static partial string Describe(TEntity? entity, IReadOnlyList<string> names);

        private static string DescribeCore(TEntity? entity, IReadOnlyList<string> names)
        {
            Calls++;
            return $"{typeof(TEntity).Name} {entity is null} {names.Count}";
        }
    }
}
