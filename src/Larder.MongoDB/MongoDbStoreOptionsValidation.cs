using System.Buffers;
using System.Text;
using Larder.MongoDB.Authentication;

namespace Larder.MongoDB;

/// <summary>Tells everything that is wrong with the options at once.</summary>
internal static class MongoDbStoreOptionsValidation
{
    /// <summary>What no name of a database may have, on any system that a server runs on.</summary>
    public const string NotInDatabaseNamesShown = "/\\. \"$*<>:|?";

    /// <summary>The same, and NUL.</summary>
    public static readonly SearchValues<char> NotInDatabaseNames = SearchValues.Create(NotInDatabaseNamesShown + '\0');

    /// <summary>The longest name of a database, in bytes.</summary>
    public const int MaxDatabaseLength = 63;

    private const int MaxApplicationNameLength = 128;

    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(24);

    /// <exception cref="InvalidCacheOptionsException">Something is wrong.</exception>
    public static void Validate(MongoDbStoreOptions options)
    {
        List<string> errors = [];
        CheckServers(options, errors);
        Check(options.Database is { Length: > 0 } && Encoding.UTF8.GetByteCount(options.Database) <= MaxDatabaseLength && !options.Database.AsSpan().ContainsAny(NotInDatabaseNames), nameof(options.Database), options.Database, $"it must have 1 to {MaxDatabaseLength} bytes and none of {NotInDatabaseNamesShown} or NUL");
        Check(!options.DirectConnection || options.Servers is not { Count: > 1 }, nameof(options.DirectConnection), options.DirectConnection, "it needs exactly one server");
        Check(options.ReplicaSet is null or { Length: > 0 }, nameof(options.ReplicaSet), options.ReplicaSet, "it must be a name, or null for none");
        Check((options.User is null) == (options.Password is null), nameof(options.User), options.User, "user and password go together");
        Check(options.User is null or { Length: > 0 }, nameof(options.User), options.User, "it must be a name, or null for none");
        Check(options.AuthenticationDatabase is { Length: > 0 }, nameof(options.AuthenticationDatabase), options.AuthenticationDatabase, "it must be a database");
        Check(options.AuthenticationMechanism is null || ScramMechanism.Named(options.AuthenticationMechanism) is not null, nameof(options.AuthenticationMechanism), options.AuthenticationMechanism, "it must be SCRAM-SHA-256 or SCRAM-SHA-1, or null to negotiate");
        Check(options.ApplicationName is not null && Encoding.UTF8.GetByteCount(options.ApplicationName) <= MaxApplicationNameLength, nameof(options.ApplicationName), options.ApplicationName, $"it must have at most {MaxApplicationNameLength} bytes");
        Check(options.MaxPoolSize >= (options.TellsOfChanges ? 2 : 1), nameof(options.MaxPoolSize), options.MaxPoolSize, "it must be 1 or more, and 2 or more with change streams");
        Check(options.WriteConcern is null or { Length: > 0 } && options.WriteConcern != "0", nameof(options.WriteConcern), options.WriteConcern, "it must be a number of 1 or more, majority, or a name that the servers know; unacknowledged writes are none");
        Check(options.TimeProvider is not null, nameof(options.TimeProvider), options.TimeProvider, "leave it out to use the system's time");
        Check(options.MaxIdleTime == Timeout.InfiniteTimeSpan || options.MaxIdleTime > TimeSpan.Zero, nameof(options.MaxIdleTime), options.MaxIdleTime, "it must be positive or infinite");
        CheckSpan(nameof(options.WaitQueueTimeout), options.WaitQueueTimeout);
        CheckSpan(nameof(options.ConnectTimeout), options.ConnectTimeout);
        CheckSpan(nameof(options.CommandTimeout), options.CommandTimeout);
        CheckSpan(nameof(options.ServerSelectionTimeout), options.ServerSelectionTimeout);
        CheckSpan(nameof(options.HeartbeatInterval), options.HeartbeatInterval);
        CheckSpan(nameof(options.ReconnectDelay), options.ReconnectDelay);
        CheckSpan(nameof(options.MaxReconnectDelay), options.MaxReconnectDelay);
        Check(options.MaxReconnectDelay >= options.ReconnectDelay, nameof(options.MaxReconnectDelay), options.MaxReconnectDelay, $"it must be at least ReconnectDelay, {options.ReconnectDelay}");
        if (errors.Count > 0)
            throw new InvalidCacheOptionsException(errors);

        void Check<T>(bool valid, string option, T value, string rule)
        {
            if (!valid)
                errors.Add($"MongoDb.{option} is {(value is null ? "null" : $"{value}")}; {rule}.");
        }

        void CheckSpan(string option, TimeSpan value) => Check(value >= TimeSpan.FromMilliseconds(1) && value <= LongestTimer, option, value, "it must be 1 millisecond to 24 days");
    }

    private static void CheckServers(MongoDbStoreOptions options, List<string> errors)
    {
        if (options.Servers is not { Count: > 0 })
            errors.Add("MongoDb.Servers is empty; it must name one server or more.");
        foreach (string server in options.Servers ?? [])
        {
            try
            {
                ServerAddress.Parse(server ?? "");
            }
            catch (FormatException error)
            {
                errors.Add($"MongoDb.Servers is wrong. {error.Message}");
            }
        }
    }
}
