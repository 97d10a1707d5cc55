namespace Larder.MongoDB.Documents;

/// <summary>The fields of the documents that the store keeps.</summary>
internal static class Fields
{
    /// <summary>The key (<see cref="KeyText"/>).</summary>
    public const string Id = "_id";

    /// <summary>The bytes. A document without is no entry: it holds a lease, or remembers a removal until the server deletes it.</summary>
    public const string Value = "value";

    public const string CreatedAt = "created_at";

    /// <summary>When the server deletes the document: an entry's end, or that of a lease that outlasts it. None: never.</summary>
    public const string ExpireAt = "expire_at";

    public const string Collection = "collection";

    public const string Scope = "scope";

    public const string OrganizationId = "organization_id";

    public const string UserId = "user_id";

    /// <summary>Who changed the document last, how, and for the how manieth time; different for each change.</summary>
    public const string ChangedBy = "changed_by";

    /// <summary>The lease: <c>token</c>, <c>until</c>, and <c>expire_at</c>, the end of the entry that it lies beside.</summary>
    public const string Lease = "lease";

    /// <summary>Of the epochs' first document: the counter.</summary>
    public const string Counter = "counter";

    /// <summary>Of the epochs' first document: the epochs bumped last, not yet in documents of their own.</summary>
    public const string Recent = "recent";

    /// <summary>Of the epochs' first document: what was bumped last, and by whom.</summary>
    public const string Bumped = "bumped";

    public const string Name = "name";

    public const string Epoch = "epoch";
}
