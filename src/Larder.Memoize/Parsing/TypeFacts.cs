using Larder.Memoize.Generation.Model;
using Microsoft.CodeAnalysis;

namespace Larder.Memoize.Generation.Parsing;

/// <summary>What the methods of one type have in common: found out by the first that asks, within one compilation.</summary>
internal sealed class TypeFacts(KnownTypes known, INamedTypeSymbol type)
{
    private readonly Lazy<string[]> _notPartial = new(() => [.. Places.NotPartial(type)]);
    private readonly Lazy<TypeModel> _place = new(() => Places.Of(type));
    private readonly Lazy<HashSet<string>> _memberNames = new(() => Places.MemberNames(type));
    private readonly Lazy<bool> _hasGeneratedEndings = new(() => known.FactsOf(type).MemberNames.Any(UniqueNames.HasEnding));
    private readonly Lazy<bool> _hasOverridableMembers = new(() => Places.HasOverridableMembers(type));
    private readonly Lazy<string> _text = new(() => type.ToDisplayString());
    private readonly Lazy<(string Name, string Expression)[]> _caches = new(() => [.. Members.Candidates(known, type, isStatic: false, known.IsCache)]);
    private readonly Lazy<(string Name, string Expression)[]> _staticCaches = new(() => [.. Members.Candidates(known, type, isStatic: true, known.IsCache)]);

    /// <summary>Those of the type and the types that it is nested in that are not partial.</summary>
    public string[] NotPartial => _notPartial.Value;

    /// <summary>Where generated members go.</summary>
    public TypeModel Place => _place.Value;

    /// <summary>The names that a generated member cannot have.</summary>
    public HashSet<string> MemberNames => _memberNames.Value;

    /// <summary>Whether any of them ends as generated members do.</summary>
    public bool HasGeneratedEndings => _hasGeneratedEndings.Value;

    /// <summary>Whether what its methods compute may differ in derived types.</summary>
    public bool HasOverridableMembers => _hasOverridableMembers.Value;

    /// <summary>The type's name in the signatures of its methods.</summary>
    public string Text => _text.Value;

    /// <summary>The caches that its methods find by themselves.</summary>
    public (string Name, string Expression)[] Caches(bool isStatic) => (isStatic ? _staticCaches : _caches).Value;
}
