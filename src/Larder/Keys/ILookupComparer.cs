namespace Larder.Keys;

/// <summary>
/// Hashes what is looked up and compares it with a stored key, so that a look-up need not own a key:
/// a span of characters finds the entry whose key is a string.
/// </summary>
/// <remarks>
/// Implemented by structs and used as a type parameter, so that the JIT inlines both methods. A comparer of keys
/// implements it for its key type, and for every other form in which such a key is looked up; equal things hash
/// equally across all forms.
/// </remarks>
/// <typeparam name="TLookup">What is looked up.</typeparam>
/// <typeparam name="TKey">What is stored.</typeparam>
internal interface ILookupComparer<TLookup, TKey> : IKeyComparer
    where TLookup : allows ref struct
{
    /// <summary>The upper bits are good ones: they choose the bucket.</summary>
    uint Hash(TLookup lookup);

    bool Equals(TLookup lookup, TKey key);
}

/// <summary>What is true of a comparer whatever it looks up.</summary>
internal interface IKeyComparer
{
    /// <summary>
    /// Whether its <c>Equals</c> may be handed a key of which one field is another key's, and only has to answer
    /// something. The caller finds out and tries again. Without it the caller pays for a check in front.
    /// </summary>
    static abstract bool ToleratesTornKeys { get; }

    /// <summary>Whether comparing two keys costs no more than comparing their hashes.</summary>
    static abstract bool ComparesAsFastAsHash { get; }

    /// <summary>Whether <c>Equals</c> may run code of others, who may do anything: throw, or call whoever calls it.</summary>
    static abstract bool RunsOthersCode { get; }
}
