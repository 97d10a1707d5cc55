using Larder.PostgreSql.Keys;
using Npgsql;
using NpgsqlTypes;

namespace Larder.PostgreSql.Connections;

/// <summary>Values on their way to the server, each with its type, so that no statement has to be prepared twice.</summary>
internal static class Parameters
{
    public static NpgsqlParameter Bytes(byte[] value) => new NpgsqlParameter<byte[]> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Bytea };

    public static NpgsqlParameter Bytes(ReadOnlyMemory<byte> value) => new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Bytea };

    public static NpgsqlParameter Name(in RowKey key) => new() { Value = (object?)key.Name ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea };

    public static NpgsqlParameter Arrays(byte[][] values) => new NpgsqlParameter<byte[][]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea };

    public static NpgsqlParameter Text(string value) => new NpgsqlParameter<string> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Text };

    public static NpgsqlParameter Number(int value) => new NpgsqlParameter<int> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Integer };

    /// <summary>A span in seconds, rounded up to whole microseconds, the least that the server counts.</summary>
    public static NpgsqlParameter Seconds(TimeSpan? span) => span is { } some
        ? new NpgsqlParameter<double> { TypedValue = Math.Ceiling(some.TotalMicroseconds) / 1e6, NpgsqlDbType = NpgsqlDbType.Double }
        : new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = NpgsqlDbType.Double };
}
