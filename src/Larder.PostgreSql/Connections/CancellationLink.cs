using System.Diagnostics.CodeAnalysis;

namespace Larder.PostgreSql.Connections;

/// <summary>A token for Npgsql that is cancelled with another one, whose owner is kept from what then happens in Npgsql.</summary>
/// <remarks>
/// Npgsql's callback may find that its connection has broken or was closed in the same moment, and throws
/// <see cref="ObjectDisposedException"/> or <see cref="NullReferenceException"/> (10.0.0, both were seen) into whoever
/// cancels. That may be a timer, and would end the process; or somebody who closes the store.
/// </remarks>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "It is, asynchronously.")]
internal readonly struct CancellationLink : IAsyncDisposable
{
    private readonly CancellationTokenSource? _source;
    private readonly CancellationTokenRegistration _registration;

    public CancellationLink(CancellationToken outer)
    {
        if (!outer.CanBeCanceled)
            return;
        _source = new CancellationTokenSource();
        _registration = outer.UnsafeRegister(static source => Cancel((CancellationTokenSource)source!), _source);
    }

    public CancellationToken Token => _source?.Token ?? CancellationToken.None;

    /// <summary>Cancels what Npgsql may be waiting for.</summary>
    public static void Cancel(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (AggregateException error) when (error.InnerExceptions.All(static inner => inner is ObjectDisposedException or NullReferenceException))
        {
            // The connection has ended: what was to be cancelled ends with it.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _registration.DisposeAsync().ConfigureAwait(false);
        _source?.Dispose();
    }
}
