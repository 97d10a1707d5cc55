namespace Larder.Memoize.Tests.Subjects;

/// <summary>A context of the application's own.</summary>
public sealed record Session(string User, string Organization)
{
    public static implicit operator UserContext(Session session) => new(session.User, session.Organization);
}

/// <summary>The context is an argument of another type.</summary>
public sealed partial class SessionReports(ICache cache)
{
    public int Calls { get; private set; }

    [Memoize(Scope = CacheScope.User)]
    public partial ValueTask<string> GetAsync(int id, [CacheContext] Session session);

    private ValueTask<string> GetCoreAsync(int id, Session session)
    {
        Calls++;
        return new($"{id} {session.User}");
    }

    [Invalidates(nameof(GetAsync))]
    public partial ValueTask SaveAsync(int id, UserContext user);

    private ValueTask SaveCoreAsync(int id, UserContext user) => default;
}

/// <summary>The context is a member.</summary>
public sealed partial class MemberReports(ICache cache, UserContext user)
{
    public int Calls { get; private set; }

    [Memoize(Scope = CacheScope.Organization)]
    public partial string Get(int id);

    private string GetCore(int id)
    {
        Calls++;
        return $"{id} {user.OrganizationId}";
    }
}

/// <summary>The context is the ambient one.</summary>
public sealed partial class AmbientReports(ICache cache)
{
    public int Calls { get; private set; }

    [Memoize(Scope = CacheScope.User)]
    public partial string Get(int id);

    private string GetCore(int id)
    {
        Calls++;
        return $"{id} {UserContext.Current?.UserId}";
    }

    [Memoize(Scope = CacheScope.Global, Collection = "facts")]
    public partial string Fact(int id);

    private string FactCore(int id) => $"fact {id} {++Calls}";
}
