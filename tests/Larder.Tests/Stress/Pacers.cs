using System.Globalization;

namespace Larder.Tests.Stress;

/// <summary>Where factories and stores pause, so that other things can happen meanwhile.</summary>
internal interface IPacer
{
    /// <param name="label">What pauses; the same for the same thing in every run of a seed.</param>
    /// <param name="mayFail">Whether the pause may end with an <see cref="IOException"/>.</param>
    /// <param name="cancellationToken">Ends the pause.</param>
    Task PassAsync(string label, bool mayFail, CancellationToken cancellationToken);
}

/// <summary>Holds whoever comes until it is let go on, one at a time: what makes an interleaving repeatable.</summary>
internal sealed class Turnstile : IPacer
{
    private readonly Lock _gate = new(); // Guards the list and the flag.
    private readonly List<Gate> _waiting = [];
    private bool _open;

    /// <summary>How often somebody was let through.</summary>
    public int Passed { get; private set; }

    public Task PassAsync(string label, bool mayFail, CancellationToken cancellationToken)
    {
        var gate = new Gate(label, mayFail);
        lock (_gate)
        {
            if (_open)
                return Task.CompletedTask;
            _waiting.Add(gate);
        }

        return cancellationToken.CanBeCanceled ? WaitAsync(gate, cancellationToken) : gate.Task;
    }

    /// <summary>Who waits, in an order that does not depend on who came first.</summary>
    public List<Gate> Waiting()
    {
        lock (_gate)
            return [.. _waiting.OrderBy(static gate => gate.Label, StringComparer.Ordinal)];
    }

    public void Release(Gate gate, bool fail)
    {
        lock (_gate)
        {
            _waiting.Remove(gate);
            Passed++;
        }

        gate.Open(fail);
    }

    /// <summary>From here on nobody is held.</summary>
    public void OpenAll()
    {
        List<Gate> waiting;
        lock (_gate)
        {
            _open = true;
            waiting = [.. _waiting];
            _waiting.Clear();
        }

        foreach (Gate gate in waiting)
            gate.Open(fail: false);
    }

    private async Task WaitAsync(Gate gate, CancellationToken cancellationToken)
    {
        await using CancellationTokenRegistration _ = cancellationToken.UnsafeRegister(
            _ =>
            {
                lock (_gate)
                    _waiting.Remove(gate);
                gate.Cancel(cancellationToken);
            },
            null);
        await gate.Task;
    }

    /// <summary>One who waits. Goes on on the thread that opens it, so that nothing else decides when.</summary>
    internal sealed class Gate(string label, bool mayFail)
    {
        private readonly TaskCompletionSource _opened = new();

        public string Label => label;

        public bool MayFail => mayFail;

        public Task Task => _opened.Task;

        public void Open(bool fail)
        {
            if (fail)
                _opened.TrySetException(new IOException("The run decided that this fails."));
            else
                _opened.TrySetResult();
        }

        public void Cancel(CancellationToken token) => _opened.TrySetCanceled(token);
    }
}

/// <summary>Pauses of random length, for runs on real threads.</summary>
internal sealed class RandomPacer(int seed, double failures) : IPacer
{
    private long _calls;

    public async Task PassAsync(string label, bool mayFail, CancellationToken cancellationToken)
    {
        uint dice = Mix((uint)seed ^ (uint)Interlocked.Increment(ref _calls));
        switch (dice % 8)
        {
            case 0 or 1 or 2:
                break;
            case 3 or 4:
                Thread.SpinWait((int)(dice >> 8) % 500);
                break;
            case 5 or 6:
                await Task.Yield();
                break;
            default:
                for (int i = 0; i < 5; i++)
                    await Task.Yield();
                break;
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (mayFail && (dice >> 16) % 1000 < failures * 1000)
            throw new IOException(string.Create(CultureInfo.InvariantCulture, $"The dice showed {dice}."));
    }

    private static uint Mix(uint value)
    {
        value = (value ^ (value >> 16)) * 0x85EBCA6B;
        value = (value ^ (value >> 13)) * 0xC2B2AE35;
        return value ^ (value >> 16);
    }
}
