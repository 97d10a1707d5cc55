namespace Larder.Memoize.Tests.Subjects;

/// <summary>Every way of handing a result out, by methods of an object and of a type.</summary>
public partial class Calculator(ICache cache)
{
    protected static readonly ICache Shared = Cache.Create();

    public static int StaticCalls { get; private set; }

    public int Calls { get; private set; }

    [Memoize]
    public partial int Square(int x);

    private int SquareCore(int x) => x * x + (0 * ++Calls);

    [Memoize(nameof(Compute))]
    public partial ValueTask<string> DescribeAsync(string name, int count, Guid id);

    private ValueTask<string> Compute(string name, int count, Guid id)
    {
        Calls++;
        return new($"{name} {count} {id}");
    }

    // The body hands its result out in another way.
    [Memoize]
    public partial Task<int> TaskOfValueTaskAsync(int x);

    private async ValueTask<int> TaskOfValueTaskCoreAsync(int x)
    {
        Calls++;
        await Task.Yield();
        return x;
    }

    [Memoize]
    public partial ValueTask<int> ValueTaskOfTaskAsync(int x, CancellationToken cancellationToken = default);

    private async Task<int> ValueTaskOfTaskCoreAsync(int x)
    {
        Calls++;
        await Task.Yield();
        return x;
    }

    [Memoize(nameof(FindPair))]
    public partial (string? Name, int Age)? Pair(int? id, bool flag = true);

    private (string? Name, int Age)? FindPair(int? id, bool flag)
    {
        Calls++;
        return id is { } known ? ($"n{known}", flag ? 1 : 0) : null;
    }

    [Memoize(CacheNull = false)]
    public partial string? Find(string key);

    private string? FindCore(string key)
    {
        Calls++;
        return key.Length == 0 ? null : key;
    }

    [Memoize(nameof(FindKept))]
    public partial Task<string?> FindKeptAsync(string key);

    private Task<string?> FindKept(string key)
    {
        Calls++;
        return Task.FromResult<string?>(null);
    }

    [Memoize(CacheNull = false)]
    public partial ValueTask<int?> FindNumberAsync(int x);

    private ValueTask<int?> FindNumberCoreAsync(int x)
    {
        Calls++;
        return new(x > 0 ? x : null);
    }

    // Overloads.
    [Memoize(nameof(Sum))]
    public partial int Add(int a, int b);

    [Memoize(nameof(Sum))]
    public partial int Add(int a, int b, int c);

    [Memoize(nameof(Sum))]
    public partial string Add(string a, string b);

    private int Sum(int a, int b) => a + b + (0 * ++Calls);

    private int Sum(int a, int b, int c) => a + b + c + (0 * ++Calls);

    private string Sum(string a, string b)
    {
        Calls++;
        return a + b;
    }

    [Invalidates(nameof(Add))]
    public partial int Forget(int a, int b);

    private int ForgetCore(int a, int b) => -a - b;

    // Names that the generated code would like to have.
#pragma warning disable LARDER013 // What is called a token here is a number.
    [Memoize(nameof(Awkward), Tags = ["t:{class}"], Verbose = true)]
    public partial int Named(int key, int cache, int token, int call, int entry, int value, int error, int @class, int self, int Item1, int Rest);
#pragma warning restore LARDER013

    private int Awkward(int key, int cache, int token, int call, int entry, int value, int error, int @class, int self, int Item1, int Rest) =>
        key + cache + token + call + entry + value + error + @class + self + Item1 + Rest + (0 * ++Calls);

    [Memoize(Cache = nameof(Shared))]
    public static partial double Root(double x);

    private static double RootCore(double x)
    {
        StaticCalls++;
        return Math.Sqrt(x);
    }

    [Memoize(nameof(JoinCore), Cache = nameof(Shared))]
    internal static partial ValueTask<string> JoinAsync(params string[] parts);

    private static ValueTask<string> JoinCore(params string[] parts)
    {
        StaticCalls++;
        return new(string.Join('+', parts));
    }

    [Memoize]
    protected internal virtual partial int Virtual(int x);

    private int VirtualCore(int x) => x + 1 + (0 * ++Calls);
}
