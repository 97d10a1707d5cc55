namespace Larder;

/// <summary>On whose behalf the code runs: what chooses the partition of a scoped entry.</summary>
/// <remarks>
/// A user is known by both ids together: user <c>7</c> of organization <c>a</c> and user <c>7</c> of
/// organization <c>b</c> share nothing. An id is <see langword="null"/> or at least one character long; an empty
/// one is almost always a bug that would make strangers share entries, and is refused.
/// </remarks>
public sealed record UserContext
{
    private static readonly AsyncLocal<UserContext?> Ambient = new();

    /// <summary>Creates a context.</summary>
    /// <param name="userId">The user, or <see langword="null"/> when there is none.</param>
    /// <param name="organizationId">The organization, or <see langword="null"/> when there is none.</param>
    /// <exception cref="ArgumentException">An id is empty or only white space.</exception>
    public UserContext(string? userId = null, string? organizationId = null)
    {
        UserId = Checked(userId, nameof(userId));
        OrganizationId = Checked(organizationId, nameof(organizationId));
    }

    /// <summary>The user, or <see langword="null"/>.</summary>
    public string? UserId { get; }

    /// <summary>The organization, or <see langword="null"/>.</summary>
    public string? OrganizationId { get; }

    /// <summary>The context that <see cref="Use"/> set for the current flow of execution, or <see langword="null"/>.</summary>
    public static UserContext? Current => Ambient.Value;

    /// <summary>Makes a context the ambient one, for this flow of execution and everything awaited in it.</summary>
    /// <returns>Dispose it to bring back the context from before.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="context"/> is <see langword="null"/>.</exception>
    public static IDisposable Use(UserContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        UserContext? before = Ambient.Value;
        Ambient.Value = context;
        return new Restore(before);
    }

    private static string? Checked(string? id, string name) =>
        id is null || !string.IsNullOrWhiteSpace(id)
            ? id
            : throw new ArgumentException("An id must be null or hold at least one visible character.", name);

    private sealed class Restore(UserContext? before) : IDisposable
    {
        public void Dispose() => Ambient.Value = before;
    }
}
