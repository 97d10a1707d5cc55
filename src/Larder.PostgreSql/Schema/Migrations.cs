namespace Larder.PostgreSql.Schema;

/// <summary>How the tables came to be what they are, version by version. What was published is never changed.</summary>
internal static class Migrations
{
    public static readonly IReadOnlyList<Migration> All = [new(Version: 1, Serves: 1, First)];

    /// <summary>The version that this program was written for.</summary>
    public static int Latest => All[^1].Version;

    /// <remarks>
    /// <para>A key is one row: the entry, the lease on it, or both. So whatever is done to a key locks one row, nothing has
    /// to be locked in an order, and whatever removes or replaces an entry voids the lease with it. There are no
    /// nulls to think of: a row without an entry has "expired" at minus infinity.</para>
    /// <para>Values are stored as they are (EXTERNAL): caches compress by themselves, or have chosen not to.</para>
    /// <para>The table of the epochs is never unlogged: whatever loses the epochs must lose the entries as well, never the
    /// other way round. Their counter has a name that no text has.</para>
    /// <para>The triggers tell of every change, whoever makes it. A notification is limited to 8,000 bytes: a longer key
    /// is told in parts, which name their key by its hash, because PostgreSQL tells the same words only once in a transaction.</para>
    /// <para>No text has a backslash: what it means is a setting of the server.</para>
    /// </remarks>
    private static string First(TableNames names, bool unlogged) => $$"""
        CREATE {{(unlogged ? "UNLOGGED " : "")}}TABLE {{names.Entries}} (
            expires_at timestamptz NOT NULL,
            lease_ends timestamptz NOT NULL DEFAULT '-infinity',
            id         bytea       NOT NULL PRIMARY KEY,
            name       bytea,
            lease      text        NOT NULL DEFAULT '',
            value      bytea       NOT NULL
        ) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05);
        ALTER TABLE {{names.Entries}} ALTER COLUMN value SET STORAGE EXTERNAL;
        CREATE INDEX {{names.Local("_expires_at")}} ON {{names.Entries}} (expires_at) WHERE expires_at < 'infinity';
        COMMENT ON TABLE {{names.Entries}} IS 'Entries of a Larder cache. Rows may be deleted at any time, by anybody.';
        COMMENT ON COLUMN {{names.Entries}}.id IS 'The key as UTF-8; of a long one the head and a hash.';
        COMMENT ON COLUMN {{names.Entries}}.name IS 'The whole key, where it is long.';
        COMMENT ON COLUMN {{names.Entries}}.expires_at IS 'When the entry ends; -infinity where there is a lease and no entry.';
        COMMENT ON COLUMN {{names.Entries}}.lease IS 'Who computes the entry.';

        CREATE TABLE {{names.Epochs}} (
            epoch bigint NOT NULL,
            id    bytea  NOT NULL PRIMARY KEY,
            name  bytea
        ) WITH (fillfactor = 50);
        COMMENT ON TABLE {{names.Epochs}} IS 'When what was cleared. Never delete from it without truncating the entries first.';

        CREATE FUNCTION {{names.Tell}}(kind text, key bytea) RETURNS void LANGUAGE plpgsql AS $body$
        DECLARE
            sender text := coalesce(current_setting('larder.sender', true), '');
            words  text := translate(encode(key, 'base64'), chr(10), '');
            parts  int  := greatest(1, (length(words) + 7499) / 7500);
            mark   text := CASE WHEN parts = 1 THEN '' ELSE encode(sha256(key), 'hex') END;
        BEGIN
            FOR part IN 1..parts LOOP
                PERFORM pg_notify('{{names.Channel}}', kind || ':' || sender || ':' || mark || ':' || part || ':' || parts || ':' || substr(words, (part - 1) * 7500 + 1, 7500));
            END LOOP;
        END
        $body$;

        CREATE FUNCTION {{names.Quoted("_changed")}}() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN
            -- What nearly every write comes to, without another function: it is half of what telling costs.
            IF TG_OP <> 'DELETE' THEN
                IF NEW.name IS NULL THEN
                    PERFORM pg_notify('{{names.Channel}}', 'k:' || coalesce(current_setting('larder.sender', true), '') || '::1:1:' || translate(encode(NEW.id, 'base64'), chr(10), ''));
                ELSE
                    PERFORM {{names.Tell}}('k', NEW.name);
                END IF;
            ELSIF OLD.expires_at > clock_timestamp() OR OLD.lease_ends > clock_timestamp() THEN
                PERFORM {{names.Tell}}('k', coalesce(OLD.name, OLD.id));
            ELSIF OLD.expires_at > '-infinity' THEN
                PERFORM {{names.Tell}}('x', coalesce(OLD.name, OLD.id));
            ELSE
                PERFORM {{names.Tell}}('l', coalesce(OLD.name, OLD.id));
            END IF;
            RETURN NULL;
        END
        $body$;
        CREATE FUNCTION {{names.Quoted("_cleared")}}() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN
            PERFORM {{names.Tell}}('e', coalesce(NEW.name, NEW.id));
            RETURN NULL;
        END
        $body$;
        CREATE FUNCTION {{names.Quoted("_truncated")}}() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN
            PERFORM {{names.Tell}}('a', '');
            RETURN NULL;
        END
        $body$;

        CREATE TRIGGER {{names.Local("_inserted")}} AFTER INSERT ON {{names.Entries}}
            FOR EACH ROW WHEN (NEW.expires_at > '-infinity') EXECUTE FUNCTION {{names.Quoted("_changed")}}();
        CREATE TRIGGER {{names.Local("_updated")}} AFTER UPDATE OF value, expires_at ON {{names.Entries}}
            FOR EACH ROW EXECUTE FUNCTION {{names.Quoted("_changed")}}();
        CREATE TRIGGER {{names.Local("_deleted")}} AFTER DELETE ON {{names.Entries}}
            FOR EACH ROW EXECUTE FUNCTION {{names.Quoted("_changed")}}();
        CREATE TRIGGER {{names.Local("_truncated")}} AFTER TRUNCATE ON {{names.Entries}}
            FOR EACH STATEMENT EXECUTE FUNCTION {{names.Quoted("_truncated")}}();
        CREATE TRIGGER {{names.Local("_cleared")}} AFTER INSERT OR UPDATE ON {{names.Epochs}}
            FOR EACH ROW WHEN (NEW.id <> decode('ff', 'hex')) EXECUTE FUNCTION {{names.Quoted("_cleared")}}();
        CREATE TRIGGER {{names.Local("_truncated")}} AFTER TRUNCATE ON {{names.Epochs}}
            FOR EACH STATEMENT EXECUTE FUNCTION {{names.Quoted("_truncated")}}();
        """;
}
