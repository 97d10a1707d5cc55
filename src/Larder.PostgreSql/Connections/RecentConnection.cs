using Npgsql;

namespace Larder.PostgreSql.Connections;

/// <summary>An open connection on loan from a pool.</summary>
/// <param name="connection">The connection.</param>
/// <param name="generation">How often all had been closed before it was opened.</param>
/// <param name="since">When the pool gave it.</param>
internal sealed class RecentConnection(NpgsqlConnection connection, int generation, long since)
{
    public NpgsqlConnection Connection => connection;

    public int Generation => generation;

    public long Since => since;

    /// <summary>When it was last given back.</summary>
    public long Used { get; set; }
}
