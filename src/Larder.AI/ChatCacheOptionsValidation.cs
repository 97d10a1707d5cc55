using System.Globalization;

namespace Larder.AI;

/// <summary>Tells everything that is wrong with the options at once.</summary>
internal static class ChatCacheOptionsValidation
{
    /// <exception cref="InvalidCacheOptionsException">Something is wrong.</exception>
    public static void Validate(ChatCacheOptions options)
    {
        List<string> errors = [];
        Check(options.Ttl > TimeSpan.Zero || options.Ttl == Timeout.InfiniteTimeSpan, nameof(options.Ttl), options.Ttl, "it must be positive, or Timeout.InfiniteTimeSpan for ever");
        Check(options.Grace >= TimeSpan.Zero, nameof(options.Grace), options.Grace, "it must be zero or more");
        Check(options.Scope is null || Enum.IsDefined(options.Scope.Value), nameof(options.Scope), options.Scope, "it must be Global, Organization or User, or null for the handle's own partition");
        if (options.TimeProvider is null)
            errors.Add("ChatCacheOptions.TimeProvider is null; use TimeProvider.System for the system's time.");
        if (errors.Count > 0)
            throw new InvalidCacheOptionsException(errors);

        void Check<T>(bool valid, string option, T value, string rule)
        {
            if (!valid)
                errors.Add(string.Create(CultureInfo.InvariantCulture, $"ChatCacheOptions.{option} is {value}; {rule}."));
        }
    }
}
