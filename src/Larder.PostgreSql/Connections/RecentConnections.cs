using System.Data;
using Npgsql;

namespace Larder.PostgreSql.Connections;

/// <summary>The connections that were used last, in front of a pool: the next call takes the latest.</summary>
/// <remarks>
/// <para>Npgsql's pool gives its connections in turn. After a burst of many calls a single caller goes round all of them, and
/// every call wakes a process of the server whose caches are cold: it takes twice as long. Here one caller keeps one backend
/// warm, and what nobody needs goes back to the pool, which closes it some time later.</para>
/// <para>Whoever waits for the pool gets the next connection that is free: while anybody waits, nothing is kept.</para>
/// </remarks>
/// <param name="pool">Where they come from.</param>
/// <param name="keeps">Whether any are kept; not of a pool from which others take theirs.</param>
/// <param name="time">The time.</param>
internal sealed class RecentConnections(NpgsqlDataSource pool, bool keeps, TimeProvider time) : IAsyncDisposable
{
    // What rests so long goes back to the pool; looked at as often.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(10);

    // And what was kept so long, so that the pool's own limit of a connection's life holds.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new(); // Protects everything below.
    private readonly List<RecentConnection> _idle = []; // The latest is the last.
    private ITimer? _timer;
    private int _waiting;
    private int _generation;
    private bool _disposed;

    public ValueTask<RecentConnection> TakeAsync(CancellationToken cancellationToken)
    {
        int generation;
        lock (_gate)
        {
            if (_idle.Count > 0)
            {
                RecentConnection latest = _idle[^1];
                _idle.RemoveAt(_idle.Count - 1);
                return new ValueTask<RecentConnection>(latest);
            }

            _waiting++;
            generation = _generation;
        }

        return OpenAsync(generation, cancellationToken);
    }

    public ValueTask GiveBackAsync(RecentConnection connection)
    {
        lock (_gate)
        {
            if (keeps && !_disposed && _waiting == 0 && connection.Generation == _generation && connection.Connection.FullState == ConnectionState.Open && time.GetElapsedTime(connection.Since) < Longest)
            {
                connection.Used = time.GetTimestamp();
                _idle.Add(connection);
                _timer ??= time.CreateTimer(static self => _ = ((RecentConnections)self!).TrimAsync(), this, Rest, Rest);
                return ValueTask.CompletedTask;
            }
        }

        return connection.Connection.DisposeAsync();
    }

    /// <summary>None that is open now is used again.</summary>
    public async ValueTask ClearAsync()
    {
        RecentConnection[] all;
        lock (_gate)
        {
            _generation++;
            all = [.. _idle];
            _idle.Clear();
        }

        pool.Clear();
        await CloseAsync(all).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _disposed = true;
            _timer?.Dispose();
        }

        await ClearAsync().ConfigureAwait(false);
    }

    private async ValueTask<RecentConnection> OpenAsync(int generation, CancellationToken cancellationToken)
    {
        try
        {
            NpgsqlConnection connection = await pool.OpenOutsideAsync(cancellationToken).ConfigureAwait(false);
            return new RecentConnection(connection, generation, time.GetTimestamp());
        }
        finally
        {
            lock (_gate)
                _waiting--;
        }
    }

    private async Task TrimAsync()
    {
        RecentConnection[] rested;
        lock (_gate)
        {
            // The first has rested the longest.
            int count = _idle.FindIndex(connection => time.GetElapsedTime(connection.Used) < Rest);
            rested = [.. _idle[..(count < 0 ? _idle.Count : count)]];
            _idle.RemoveRange(0, rested.Length);
        }

        await CloseAsync(rested).ConfigureAwait(false);
    }

    private static async ValueTask CloseAsync(RecentConnection[] connections)
    {
        foreach (RecentConnection connection in connections)
            await connection.Connection.DisposeAsync().ConfigureAwait(false);
    }
}
