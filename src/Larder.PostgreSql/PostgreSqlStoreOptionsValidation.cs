using System.Data.Common;
using Larder.PostgreSql.Schema;
using Npgsql;

namespace Larder.PostgreSql;

/// <summary>Tells everything that is wrong with the options at once. No message repeats a connection string.</summary>
internal static class PostgreSqlStoreOptionsValidation
{
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(49);

    /// <exception cref="InvalidCacheOptionsException">Something is wrong.</exception>
    public static void Validate(PostgreSqlStoreOptions options)
    {
        List<string> errors = [];
        CheckPlace(options, errors);
        CheckNames(options, errors);
        CheckSpan(nameof(options.ConnectTimeout), options.ConnectTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1024), "1 second to 1,024 seconds");
        CheckSpan(nameof(options.CommandTimeout), options.CommandTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1), "1 second to a day");
        CheckTimer(nameof(options.HeartbeatInterval), options.HeartbeatInterval);
        CheckTimer(nameof(options.ReconnectDelay), options.ReconnectDelay);
        CheckTimer(nameof(options.MaxReconnectDelay), options.MaxReconnectDelay);
        if (options.SweepInterval != Timeout.InfiniteTimeSpan)
            CheckTimer(nameof(options.SweepInterval), options.SweepInterval);
        Check(options.MaxReconnectDelay >= options.ReconnectDelay, nameof(options.MaxReconnectDelay), options.MaxReconnectDelay, $"it must be at least ReconnectDelay, {options.ReconnectDelay}");
        Check(options.SweepBatch is >= 1 and <= 100_000, nameof(options.SweepBatch), options.SweepBatch, "it must be 1 to 100,000");
        Check(options.TimeProvider is not null, nameof(options.TimeProvider), options.TimeProvider, "leave it out to use the system's time");
        Throw(errors);

        void Check<T>(bool valid, string option, T value, string rule)
        {
            if (!valid)
                errors.Add($"PostgreSql.{option} is {(value is null ? "null" : $"{value}")}; {rule}.");
        }

        void CheckSpan(string option, TimeSpan value, TimeSpan least, TimeSpan most, string range) => Check(value >= least && value <= most, option, value, $"it must be {range}");

        void CheckTimer(string option, TimeSpan value) => CheckSpan(option, value, TimeSpan.FromTicks(1), LongestTimer, "positive and at most 49 days");
    }

    /// <exception cref="InvalidCacheOptionsException">Schema or table cannot be called so.</exception>
    public static void ValidateNames(PostgreSqlStoreOptions options)
    {
        List<string> errors = [];
        CheckNames(options, errors);
        Throw(errors);
    }

    private static void CheckPlace(PostgreSqlStoreOptions options, List<string> errors)
    {
        if ((options.ConnectionString is null) == (options.DataSource is null))
        {
            errors.Add($"PostgreSql.ConnectionString and PostgreSql.DataSource are {(options.DataSource is null ? "both null" : "both set")}; exactly one of them must be set.");
            return;
        }

        if (options.ConnectionString is not { } text)
        {
            var borrowed = new NpgsqlConnectionStringBuilder(options.DataSource!.ConnectionString);
            if (borrowed.Multiplexing)
                errors.Add("PostgreSql.DataSource multiplexes; it must have Multiplexing=false: a statement has to know its backend, and so has who listens.");
            if (borrowed.Pooling && borrowed.MaxPoolSize < 2)
                errors.Add($"PostgreSql.DataSource has a Maximum Pool Size of {borrowed.MaxPoolSize}; it must be 2 or more: one connection hears of changes.");
            return;
        }

        try
        {
            if (new NpgsqlConnectionStringBuilder(text).Host is not { Length: > 0 })
                errors.Add("PostgreSql.ConnectionString names no Host; it must be such as 'Host=localhost;Database=app;Username=app'.");
            else
                NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(text) { Multiplexing = false }).Dispose(); // What does not go together.
        }
        catch (NotSupportedException error)
        {
            errors.Add($"PostgreSql.ConnectionString asks for what Npgsql cannot do: {error.Message}.");
        }
        catch (Exception error) when (error is ArgumentException or FormatException or DbException)
        {
            errors.Add($"PostgreSql.ConnectionString cannot be read ({error.GetType().Name}); it must be such as 'Host=localhost;Database=app;Username=app'.");
        }
    }

    private static void CheckNames(PostgreSqlStoreOptions options, List<string> errors)
    {
        CheckName(nameof(options.Schema), options.Schema);
        CheckName(nameof(options.Table), options.Table);
        if (options.Table == TableNames.VersionsTable)
            errors.Add($"PostgreSql.Table is '{options.Table}'; that table holds the versions of all others.");
        if (options.Schema?.Length + options.Table?.Length > TableNames.MostCharacters)
            errors.Add($"PostgreSql.Schema and PostgreSql.Table have {options.Schema?.Length + options.Table?.Length} characters together; it must be {TableNames.MostCharacters} or fewer.");

        void CheckName(string option, string? name)
        {
            if (name is not { Length: > 0 } || char.IsAsciiDigit(name[0]) || !name.All(static one => char.IsAsciiLetterOrDigit(one) || one == '_'))
                errors.Add($"PostgreSql.{option} is {(name is null ? "null" : $"'{name}'")}; it must be of letters, digits and underscores, and not begin with a digit.");
        }
    }

    private static void Throw(List<string> errors)
    {
        if (errors.Count > 0)
            throw new InvalidCacheOptionsException(errors);
    }
}
