namespace Larder.Distributed;

/// <summary>Locks for keys, shared by those that fall on the same stripe, that can be waited for asynchronously.</summary>
internal sealed class KeyStripes
{
    private const int Count = 256;

    private readonly SemaphoreSlim[] _stripes = [.. Enumerable.Range(0, Count).Select(static _ => new SemaphoreSlim(1, 1))];

    public async ValueTask<Held> EnterAsync(string key, CancellationToken cancellationToken)
    {
        SemaphoreSlim stripe = _stripes[(uint)string.GetHashCode(key, StringComparison.Ordinal) % Count];
        await stripe.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new Held(stripe);
    }

    /// <summary>A stripe that is held until this is disposed.</summary>
    public readonly struct Held(SemaphoreSlim stripe) : IDisposable
    {
        public void Dispose() => stripe.Release();
    }
}
