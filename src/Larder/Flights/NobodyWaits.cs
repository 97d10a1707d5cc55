namespace Larder.Flights;

/// <summary>The token of a factory that computes for several flights: cancelled when the last of theirs is.</summary>
internal sealed class NobodyWaits : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly CancellationTokenRegistration[] _registrations;
    private int _waiting;

    public NobodyWaits(IEnumerable<CancellationToken> flights)
    {
        CancellationToken[] tokens = [.. flights];
        _waiting = tokens.Length;
        _registrations = Array.ConvertAll(tokens, token => token.UnsafeRegister(static self => ((NobodyWaits)self!).Leave(), this));
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        // First the registrations: disposing one waits for its callback, so that none comes after.
        foreach (CancellationTokenRegistration registration in _registrations)
            registration.Dispose();
        _source.Dispose();
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _waiting) == 0)
            _source.Cancel();
    }
}
