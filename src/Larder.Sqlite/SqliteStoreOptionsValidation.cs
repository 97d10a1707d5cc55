using System.Globalization;

namespace Larder.Sqlite;

/// <summary>Tells everything that is wrong with the options at once.</summary>
internal static class SqliteStoreOptionsValidation
{
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(49);

    /// <exception cref="InvalidCacheOptionsException">Something is wrong.</exception>
    public static void Validate(SqliteStoreOptions options)
    {
        List<string> errors = [];
        Check(!string.IsNullOrWhiteSpace(options.Path), nameof(options.Path), options.Path, "it must name the database file");
        Check(options.Path is null || !options.Path.StartsWith(":memory:", StringComparison.Ordinal), nameof(options.Path), options.Path, "a database in memory is not shared between connections; it must be a file");
        Check(options.Path?.Contains('\0', StringComparison.Ordinal) != true, nameof(options.Path), "a path with a NUL character", "no file has such a name");
        Check(Enum.IsDefined(options.Durability), nameof(options.Durability), options.Durability, "it must be Durable or Relaxed");
        Check(options.MaxBytes is null or >= 1, nameof(options.MaxBytes), options.MaxBytes, "it must be 1 or more, or null for no bound");
        Check(options.MaxEntries is null or >= 1, nameof(options.MaxEntries), options.MaxEntries, "it must be 1 or more, or null for no bound");
        Check(options.DamagedFilesKept >= 0, nameof(options.DamagedFilesKept), options.DamagedFilesKept, "it must be zero or more");
        Check(options.TimeProvider is not null, nameof(options.TimeProvider), options.TimeProvider, "leave it out to use the system's time");
        CheckSpan(nameof(options.BusyTimeout), options.BusyTimeout);
        CheckSpan(nameof(options.PollInterval), options.PollInterval);
        CheckSpan(nameof(options.SweepInterval), options.SweepInterval);
        if (errors.Count > 0)
            throw new InvalidCacheOptionsException(errors);

        void Check<T>(bool valid, string option, T value, string rule)
        {
            if (!valid)
                errors.Add(string.Create(CultureInfo.InvariantCulture, $"Sqlite.{option} is {(value is null ? "null" : value is "" ? "empty" : $"{value}")}; {rule}."));
        }

        void CheckSpan(string option, TimeSpan value) => Check(value > TimeSpan.Zero && value <= LongestTimer, option, value, "it must be positive and at most 49 days");
    }
}
