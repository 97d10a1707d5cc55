namespace Larder.PostgreSql.Coherence;

/// <summary>What the triggers tell.</summary>
internal enum ChangeKind
{
    /// <summary>An entry was written or removed, or got another TTL; or a lease was voided.</summary>
    Entry = 'k',

    /// <summary>What had expired was deleted.</summary>
    Expiry = 'x',

    /// <summary>A lease ended, and there is no entry.</summary>
    Lease = 'l',

    /// <summary>An epoch was bumped.</summary>
    Epoch = 'e',

    /// <summary>A table was emptied.</summary>
    All = 'a',
}
