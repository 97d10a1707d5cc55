using System.Security.Cryptography;
using System.Text;
using Larder.Stores;

namespace Larder.Conformance;

/// <summary>
/// What every class of the suite shares: how to reach the store under test, and how its time passes.
/// </summary>
/// <remarks>
/// A store's test project derives one class from each of <see cref="StoreConformance"/> and those of the
/// capabilities that the store has. xunit makes a new instance for every test.
/// </remarks>
public abstract class ConformanceTest : IAsyncLifetime
{
    private readonly List<IAsyncDisposable> _open = [];

    /// <summary>How long a test waits for what has to happen soon.</summary>
    protected virtual TimeSpan Patience => TimeSpan.FromSeconds(20);

    /// <summary>How much longer than a TTL a test lets pass before it expects the entry to be gone. More than zero where the store's clock is not the test's.</summary>
    protected virtual TimeSpan Slack => TimeSpan.FromMilliseconds(50);

    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public virtual async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable store in _open)
            await store.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>
    /// Makes a connection of its own to the data of this test, which is empty at first. Every call within one test
    /// gives another connection to the same data.
    /// </summary>
    protected abstract ValueTask<ICacheStore> CreateStoreAsync();

    /// <summary>Lets time pass for the store. A store with a clock of its own really waits; one on a test's time provider moves that.</summary>
    protected virtual Task AdvanceAsync(TimeSpan by) => Task.Delay(by);

    protected Task PassAsync(TimeSpan timeToLive) => AdvanceAsync(timeToLive + Slack);

    protected ValueTask<ICacheStore> ConnectAsync() => KeepAsync(CreateStoreAsync());

    /// <summary>Disposes a connection at the test's end.</summary>
    protected async ValueTask<ICacheStore> KeepAsync(ValueTask<ICacheStore> connection)
    {
        ICacheStore store = await connection;
        _open.Add(store);
        return store;
    }

    /// <summary>Whether the server behind the store takes a key: a suite that runs against a server of any kind asks it. What it does not take is refused, not cut.</summary>
    protected virtual ValueTask<bool> IsTakenAsync(string key) => new(true);

    /// <summary>The keys that the server takes.</summary>
    protected async Task<string[]> TakenKeysAsync()
    {
        var taken = new List<string>();
        foreach (string key in HostileKeys.All)
        {
            if (await IsTakenAsync(key))
                taken.Add(key);
        }

        return [.. taken];
    }

    /// <summary>Whether the store can list its keys; one that cannot says so by throwing <see cref="NotSupportedException"/>.</summary>
    protected virtual bool CanList => true;

    /// <summary>Fails unless a scan lists exactly these keys, or says that it never can.</summary>
    protected async Task AssertListsAsync(ICacheStore store, string prefix, params IEnumerable<string> expected)
    {
        if (CanList)
            Assert.Equal(expected.Order(StringComparer.Ordinal), await ListDistinctAsync(store, prefix));
        else
            await Assert.ThrowsAsync<NotSupportedException>(() => ListAsync(store, prefix));
    }

    protected static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    protected static byte[] RandomBytes(int length, int seed = 1)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    protected static async Task AssertHoldsAsync(ICacheStore store, string key, byte[] expected)
    {
        ReadOnlyMemory<byte>? actual = await store.GetAsync(key, default);
        Assert.True(actual.HasValue, $"There is no entry under '{Shown(key)}'.");
        AssertSame(expected, actual.Value);
    }

    protected static async Task AssertMissingAsync(ICacheStore store, string key) =>
        Assert.False((await store.GetAsync(key, default)).HasValue, $"There is an entry under '{Shown(key)}'.");

    protected static void AssertSame(byte[] expected, ReadOnlyMemory<byte> actual) =>
        Assert.True(expected.AsSpan().SequenceEqual(actual.Span), $"Expected {Described(expected)}, read {Described(actual.ToArray())}.");

    protected static async Task<List<string>> ListAsync(ICacheStore store, string prefix)
    {
        var keys = new List<string>();
        await foreach (string key in store.ScanAsync(prefix, default))
            keys.Add(key);
        return keys;
    }

    /// <summary>The keys listed, each once, in ordinal order: a scan may list a key twice.</summary>
    protected static async Task<string[]> ListDistinctAsync(ICacheStore store, string prefix) =>
        [.. (await ListAsync(store, prefix)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    protected async Task EventuallyAsync(Func<ValueTask<bool>> condition, string otherwise)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await condition())
        {
            Assert.False(patience.IsCancellationRequested, otherwise);
            await Task.Delay(5);
        }
    }

    /// <summary>Runs <paramref name="count"/> tasks that begin together.</summary>
    protected static async Task<T[]> TogetherAsync<T>(int count, Func<int, Task<T>> work)
    {
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<T>[] tasks = [.. Enumerable.Range(0, count).Select(i => Task.Run(async () =>
        {
            await start.Task;
            return await work(i);
        }))];
        start.SetResult();
        return await Task.WhenAll(tasks);
    }

    private static string Shown(string key) => key.Length > 40 ? $"{key[..40]}... ({key.Length} characters)" : key;

    private static string Described(byte[] bytes) => $"{bytes.Length} bytes (SHA-256 {Convert.ToHexString(SHA256.HashData(bytes))[..8]}, first {Convert.ToHexString(bytes.AsSpan(0, Math.Min(16, bytes.Length)))})";
}
