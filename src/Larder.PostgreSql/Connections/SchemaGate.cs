using Larder.PostgreSql.Schema;

namespace Larder.PostgreSql.Connections;

/// <summary>Lets nobody through before the tables are there. Looked at once; after a failure again by the next who comes.</summary>
internal sealed class SchemaGate(Database database, Migrator migrator)
{
    private readonly Lock _gate = new(); // Protects the attempt.
    private Task? _attempt;

    public ValueTask ReadyAsync(CancellationToken cancellationToken)
    {
        Task? attempt = Volatile.Read(ref _attempt);
        return attempt is { IsCompletedSuccessfully: true } ? ValueTask.CompletedTask : new ValueTask(WaitAsync(cancellationToken));
    }

    /// <summary>The tables may have gone.</summary>
    public void Reset()
    {
        lock (_gate)
        {
            if (_attempt is { IsCompleted: true })
                _attempt = null;
        }
    }

    private Task WaitAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            // Whoever gives up leaves it to the others: it is nobody's own.
            if (_attempt is null or { IsCompleted: true, IsCompletedSuccessfully: false })
                _attempt = Task.Run(MigrateAsync, CancellationToken.None);
            return _attempt.WaitAsync(cancellationToken);
        }
    }

    private async Task MigrateAsync()
    {
        RecentConnection taken = await database.TakeAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            await migrator.RunAsync(taken.Connection, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            await database.GiveBackAsync(taken).ConfigureAwait(false);
        }
    }
}
