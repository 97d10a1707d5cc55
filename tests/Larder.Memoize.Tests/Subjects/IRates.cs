namespace Larder.Memoize.Tests.Subjects;

public interface INamed
{
    string Name { get; set; }

    [Memoize(TtlSeconds = 5)]
    int Inherited(int x);
}

/// <summary>Somebody else's client, of every shape that an interface can have.</summary>
public interface IRates : INamed
{
    event EventHandler? Changed;

    int this[int index] { get; set; }

    [Memoize(TtlSeconds = 60)]
    ValueTask<decimal> GetAsync(string currency, DateOnly day, CancellationToken cancellationToken = default);

    [Memoize(Scope = CacheScope.User)]
    Task<string?> NoteAsync(string currency, UserContext user);

    [Memoize]
    T? Convert<T>(T? value, int factor)
        where T : class, ICacheKeyPart;

    [Invalidates(nameof(GetAsync))]
    Task SetAsync(string currency, DateOnly day, decimal rate);

    bool TryParse(string text, out decimal value, ref int count, in Guid id);

    T Echo<T>(T value)
        where T : struct;

    T? Echo<T>(T? value, int times);

    int Twice(int x) => x * 2;

    IAsyncEnumerable<int> Stream();
}

public sealed class Rates : IRates
{
    public int Calls { get; private set; }

    public string Name { get; set; } = "rates";

    public event EventHandler? Changed;

    public int this[int index]
    {
        get => index * Calls;
        set => Calls = value;
    }

    public int Inherited(int x) => x + ++Calls;

    public ValueTask<decimal> GetAsync(string currency, DateOnly day, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(++Calls);
    }

    public Task<string?> NoteAsync(string currency, UserContext user) => Task.FromResult<string?>($"{currency} {user.UserId} {++Calls}");

    public T? Convert<T>(T? value, int factor)
        where T : class, ICacheKeyPart
    {
        Calls++;
        return value;
    }

    public Task SetAsync(string currency, DateOnly day, decimal rate)
    {
        Changed?.Invoke(this, EventArgs.Empty);
        return Task.CompletedTask;
    }

    public bool TryParse(string text, out decimal value, ref int count, in Guid id)
    {
        count++;
        return decimal.TryParse(text, out value) && id == Guid.Empty;
    }

    public T Echo<T>(T value)
        where T : struct => value;

    public T? Echo<T>(T? value, int times) => value;

    public async IAsyncEnumerable<int> Stream()
    {
        await Task.Yield();
        yield return 1;
    }
}
