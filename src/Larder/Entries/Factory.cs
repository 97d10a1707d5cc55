namespace Larder.Entries;

/// <summary>A caller's factory, whatever its shape. Made on a miss only: wrapping allocates, and a hit must not.</summary>
/// <param name="Run">Computes the value.</param>
/// <param name="IsSynchronous">Whether it computes on the calling thread until it is done.</param>
/// <param name="Offload">Whether it has to run on a thread of its own.</param>
internal readonly record struct Factory<T>(Func<EntryContext, CancellationToken, ValueTask<T>> Run, bool IsSynchronous, bool Offload = false)
{
    /// <summary>The factory as it has to be run for a caller: a synchronous one must not hold a caller who may stop waiting for it.</summary>
    public Factory<T> For(EntryPolicy policy, CancellationToken cancellationToken) => this with
    {
        Offload = IsSynchronous && Factory.MayStopWaiting(policy, cancellationToken),
    };
}

internal static class Factory
{
    /// <summary>Whether a caller may stop waiting for a factory before it is done.</summary>
    public static bool MayStopWaiting(EntryPolicy policy, CancellationToken cancellationToken) =>
        cancellationToken.CanBeCanceled || policy.SoftTimeout != Timeout.InfiniteTimeSpan || policy.HardTimeout != Timeout.InfiniteTimeSpan;

    public static Factory<T> Of<T>(Func<CancellationToken, ValueTask<T>> factory) =>
        new((_, cancellationToken) => factory(cancellationToken), IsSynchronous: false);

    public static Factory<T> Of<T>(Func<EntryContext, CancellationToken, ValueTask<T>> factory) => new(factory, IsSynchronous: false);

    public static Factory<T> Of<TState, T>(TState state, Func<TState, CancellationToken, ValueTask<T>> factory) =>
        new((_, cancellationToken) => factory(state, cancellationToken), IsSynchronous: false);

    public static Factory<T> Of<TState, T>(TState state, Func<TState, EntryContext, CancellationToken, ValueTask<T>> factory) =>
        new((entry, cancellationToken) => factory(state, entry, cancellationToken), IsSynchronous: false);

    public static Factory<T> OfSync<T>(Func<CancellationToken, T> factory) =>
        new((_, cancellationToken) => new ValueTask<T>(factory(cancellationToken)), IsSynchronous: true);

    public static Factory<T> OfSync<T>(Func<EntryContext, CancellationToken, T> factory) =>
        new((entry, cancellationToken) => new ValueTask<T>(factory(entry, cancellationToken)), IsSynchronous: true);

    public static Factory<T> OfSync<TState, T>(TState state, Func<TState, EntryContext, CancellationToken, T> factory) =>
        new((entry, cancellationToken) => new ValueTask<T>(factory(state, entry, cancellationToken)), IsSynchronous: true);

    public static Factory<T> OfSync<TState, T>(TState state, Func<TState, CancellationToken, T> factory) =>
        new((_, cancellationToken) => new ValueTask<T>(factory(state, cancellationToken)), IsSynchronous: true);
}
