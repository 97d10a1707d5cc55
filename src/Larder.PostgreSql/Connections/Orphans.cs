using Larder.PostgreSql.Schema;
using Npgsql;
using NpgsqlTypes;

namespace Larder.PostgreSql.Connections;

/// <summary>
/// Backends that were left alone with a write: the connection broke, or was given up, before the answer came. Such a
/// write may still lie in a buffer and be carried out much later, over what has been written since. So they are ended
/// before anything is written again.
/// </summary>
/// <remarks>
/// A role may end its own backends. One that has got the number of another that is gone is ended only if it looks the same: of the same
/// role, database and application.
/// </remarks>
internal sealed class Orphans
{
    private const int TimeoutMilliseconds = 5000;

    private readonly Lock _gate = new(); // Protects the set.
    private readonly HashSet<int> _backends = [];
    private volatile bool _any; // Read without the gate, as a short cut.

    public void Add(int backend)
    {
        lock (_gate)
        {
            _backends.Add(backend);
            _any = true;
        }
    }

    /// <summary>Leaves none of those that there are now.</summary>
    /// <exception cref="NpgsqlException">One of them does not end.</exception>
    public ValueTask EndAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => _any ? EndAllAsync(connection, cancellationToken) : ValueTask.CompletedTask;

    private async ValueTask EndAllAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        int[] backends;
        lock (_gate)
            backends = [.. _backends];
        using var command = new NpgsqlCommand(Statements.EndBackends, connection);
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = backends, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = TimeoutMilliseconds, NpgsqlDbType = NpgsqlDbType.Bigint });
        if (await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not 0L)
            throw new NpgsqlException($"A backend that was left with a write does not end within {TimeoutMilliseconds} ms; nothing is written before it has.");
        lock (_gate)
        {
            _backends.ExceptWith(backends);
            _any = _backends.Count > 0;
        }
    }
}
