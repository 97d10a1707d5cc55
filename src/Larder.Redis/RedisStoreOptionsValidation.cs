namespace Larder.Redis;

/// <summary>Tells everything that is wrong with the options at once.</summary>
internal static class RedisStoreOptionsValidation
{
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(49);

    /// <exception cref="InvalidCacheOptionsException">Something is wrong.</exception>
    public static void Validate(RedisStoreOptions options)
    {
        List<string> errors = [];
        if (options.Servers is not { Count: > 0 })
            errors.Add("Redis.Servers is empty; it must name one server or more.");
        foreach (string server in options.Servers ?? [])
        {
            try
            {
                ServerAddress.Parse(server ?? "");
            }
            catch (FormatException error)
            {
                errors.Add($"Redis.Servers is wrong. {error.Message}");
            }
        }

        Check(options.Database >= 0, nameof(options.Database), options.Database, "it must be zero or more");
        Check(options.ClientName is not null && !options.ClientName.AsSpan().ContainsAny(" \r\n\t"), nameof(options.ClientName), options.ClientName, "it must have no blanks");
        Check(options.Namespace is not null, nameof(options.Namespace), options.Namespace, "it must be a text, or empty for none");
        Check(Enum.IsDefined(options.Tracking), nameof(options.Tracking), options.Tracking, "it must be Keys, Broadcast or Channel");
        Check(options.ConnectionsPerServer is >= 1 and <= 64, nameof(options.ConnectionsPerServer), options.ConnectionsPerServer, "it must be 1 to 64");
        Check(options.User is null || options.Password is not null, nameof(options.User), options.User, "a user needs a password");
        Check(options.MaxReplyBytes > 0, nameof(options.MaxReplyBytes), options.MaxReplyBytes, "it must be 1 or more");
        Check(options.TimeProvider is not null, nameof(options.TimeProvider), options.TimeProvider, "leave it out to use the system's time");
        CheckSpan(nameof(options.ConnectTimeout), options.ConnectTimeout);
        CheckSpan(nameof(options.CommandTimeout), options.CommandTimeout);
        CheckSpan(nameof(options.HeartbeatInterval), options.HeartbeatInterval);
        CheckSpan(nameof(options.ReconnectDelay), options.ReconnectDelay);
        CheckSpan(nameof(options.MaxReconnectDelay), options.MaxReconnectDelay);
        Check(options.MaxReconnectDelay >= options.ReconnectDelay, nameof(options.MaxReconnectDelay), options.MaxReconnectDelay, $"it must be at least ReconnectDelay, {options.ReconnectDelay}");
        if (errors.Count > 0)
            throw new InvalidCacheOptionsException(errors);

        void Check<T>(bool valid, string option, T value, string rule)
        {
            if (!valid)
                errors.Add($"Redis.{option} is {(value is null ? "null" : $"{value}")}; {rule}.");
        }

        void CheckSpan(string option, TimeSpan value) => Check(value > TimeSpan.Zero && value <= LongestTimer, option, value, "it must be positive and at most 49 days");
    }
}
