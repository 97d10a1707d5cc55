namespace Larder.PostgreSql.Schema;

/// <summary>The statements by which a store works: each a whole, in one round trip.</summary>
/// <remarks>
/// <para>The time is the server's, asked when a row is looked at (<c>clock_timestamp</c>): a statement may have waited for
/// that row since it began. A TTL goes to the server in seconds and not as an interval of days, because a day of a time
/// zone may have 23 hours.</para>
/// <para>Who changes something says so in <c>larder.sender</c> for the length of the statement, from where the triggers
/// take it: nobody has to be told of their own changes.</para>
/// </remarks>
internal sealed class Statements(TableNames names)
{
    private const string Sender = "set_config('larder.sender', $1, true) IS NOT NULL";

    /// <summary>$1: backends, $2: milliseconds to wait for each. Gives how many did not end.</summary>
    public const string EndBackends = """
        SELECT count(*) FILTER (WHERE NOT pg_terminate_backend(pid, $2)) FROM pg_stat_activity
        WHERE pid = ANY($1) AND pid <> pg_backend_pid() AND usename = current_user AND datname = current_database() AND application_name = current_setting('application_name')
        """;

    /// <summary>$1: id.</summary>
    public string Get { get; } = $"SELECT value FROM {names.Entries} WHERE id = $1 AND expires_at > clock_timestamp()";

    /// <summary>$1: ids.</summary>
    public string GetMany { get; } = $"SELECT id, value FROM {names.Entries} WHERE id = ANY($1) AND expires_at > clock_timestamp()";

    /// <summary>$1: sender, $2: id, $3: name, $4: value, $5: TTL in seconds or null.</summary>
    public string Set { get; } = $"""
        INSERT INTO {names.Entries} (id, name, value, expires_at)
        SELECT $2, $3, $4, coalesce(clock_timestamp() + make_interval(secs => $5), 'infinity') WHERE {Sender}
        ON CONFLICT (id) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at, lease = '', lease_ends = '-infinity'
        """;

    /// <summary>$1: sender, $2: id. Gives whether an entry was removed, or no row.</summary>
    public string Remove { get; } = $"DELETE FROM {names.Entries} WHERE id = $2 AND {Sender} RETURNING expires_at > clock_timestamp()";

    /// <summary>$1: sender, $2: ids. Gives how many entries were removed. The rows are locked in their order, so that nobody waits in a circle.</summary>
    public string RemoveMany { get; } = $"""
        WITH found AS MATERIALIZED (SELECT id FROM {names.Entries} WHERE id = ANY($2) ORDER BY id FOR UPDATE),
             removed AS (DELETE FROM {names.Entries} AS entry USING found WHERE entry.id = found.id AND {Sender} RETURNING entry.expires_at)
        SELECT count(*) FROM removed WHERE expires_at > clock_timestamp()
        """;

    /// <summary>$1: id. Gives the seconds that are left, or null for no end; or no row.</summary>
    public string GetTimeToLive { get; } = $"""
        SELECT CASE WHEN expires_at < 'infinity' THEN extract(epoch FROM expires_at - clock_timestamp())::float8 END
        FROM {names.Entries} WHERE id = $1 AND expires_at > clock_timestamp()
        """;

    /// <summary>$1: sender, $2: id, $3: TTL in seconds or null. Gives a row if there was an entry.</summary>
    public string SetTimeToLive { get; } = $"""
        UPDATE {names.Entries} SET expires_at = coalesce(clock_timestamp() + make_interval(secs => $3), 'infinity')
        WHERE id = $2 AND expires_at > clock_timestamp() AND {Sender} RETURNING 1
        """;

    /// <summary>$1: where the range begins (not itself), $2: where it ends (not itself), $3: how many. Gives keys.</summary>
    public string ScanAfter { get; } = Scan(names, ">");

    /// <summary>The same, with the beginning.</summary>
    public string ScanFrom { get; } = Scan(names, ">=");

    /// <summary>$1: id, $2: name, $3: token, $4: seconds. Gives a row if the lease was granted.</summary>
    public string Acquire { get; } = $"""
        INSERT INTO {names.Entries} AS entry (id, name, value, expires_at, lease, lease_ends)
        VALUES ($1, $2, '', '-infinity', $3, clock_timestamp() + make_interval(secs => $4))
        ON CONFLICT (id) DO UPDATE SET lease = excluded.lease, lease_ends = excluded.lease_ends WHERE entry.lease_ends <= clock_timestamp()
        RETURNING 1
        """;

    /// <summary>$1: sender, $2: id, $3: token, $4: value, $5: TTL in seconds or null. Gives a row if the lease stood.</summary>
    public string SetWithLease { get; } = $"""
        UPDATE {names.Entries} SET value = $4, expires_at = coalesce(clock_timestamp() + make_interval(secs => $5), 'infinity'), lease = '', lease_ends = '-infinity'
        WHERE id = $2 AND lease = $3 AND lease_ends > clock_timestamp() AND {Sender} RETURNING 1
        """;

    /// <summary>$1: id, $2: token. What is left of a row without an entry is swept.</summary>
    public string Release { get; } = $"""
        UPDATE {names.Entries} SET lease = '', lease_ends = '-infinity'
        WHERE id = $1 AND lease = $2 AND lease_ends > clock_timestamp() RETURNING {names.Tell}('l', coalesce(name, id))
        """;

    /// <summary>$1: id. Gives the seconds that the lease still stands, or no row.</summary>
    public string LeaseLeft { get; } = $"""
        SELECT extract(epoch FROM lease_ends - clock_timestamp())::float8 FROM {names.Entries} WHERE id = $1 AND lease_ends > clock_timestamp()
        """;

    /// <summary>$1: ids, among them that of the counter. Gives ids and epochs.</summary>
    public string GetEpochs { get; } = $"SELECT id, epoch FROM {names.Epochs} WHERE id = ANY($1)";

    /// <summary>
    /// $1: the counter's id. Begins the counter if there is none, from the clock: after the loss of all data it must not
    /// count again what it has counted before.
    /// </summary>
    public string BeginEpochs { get; } = $"""
        INSERT INTO {names.Epochs} (id, epoch) VALUES ($1, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint) ON CONFLICT (id) DO NOTHING
        """;

    /// <summary>$1: sender, $2: the counter's id, $3: id, $4: name. Gives the new epoch; no row without a counter.</summary>
    public string Bump { get; } = $"""
        WITH counter AS (UPDATE {names.Epochs} SET epoch = epoch + 1 WHERE id = $2 AND {Sender} RETURNING epoch)
        INSERT INTO {names.Epochs} (id, name, epoch) SELECT $3, $4, epoch FROM counter
        ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch RETURNING epoch
        """;

    /// <summary>$1: how many. Removes what has ended, a few rows at a time, and lets be what somebody else has locked. Gives how many it were.</summary>
    /// <remarks>
    /// An entry that has just ended is left for a moment: one that is in use is computed again right then, by somebody who must
    /// not be told that the old one has gone.
    /// </remarks>
    public string Sweep { get; } = $"""
        WITH due AS MATERIALIZED (
            SELECT id FROM {names.Entries}
            WHERE expires_at <= statement_timestamp() - interval '2 seconds' AND expires_at < 'infinity' AND lease_ends <= statement_timestamp()
            ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED),
        swept AS (DELETE FROM {names.Entries} AS entry USING due WHERE entry.id = due.id RETURNING 1)
        SELECT count(*) FROM swept
        """;

    public string Listen { get; } = $"LISTEN {names.QuotedChannel}";

    private static string Scan(TableNames names, string from) =>
        $"SELECT coalesce(name, id), id FROM {names.Entries} WHERE id {from} $1 AND id < $2 AND expires_at > clock_timestamp() ORDER BY id LIMIT $3";
}
