using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace Larder.Memoize.Generation.Parsing;

/// <summary>What the generated members of a method begin with: its own name, unless that is another's, too.</summary>
internal static class UniqueNames
{
    // What follows it. None is the end of another one: names that differ stay different.
    private static readonly string[] Endings = ["Memo", "Handle", "Miss", "Results", "Cache"];

    /// <summary>Whether a name might be that of a generated member.</summary>
    public static bool HasEnding(string name)
    {
        foreach (string ending in Endings)
        {
            if (name.EndsWith(ending, StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    /// <param name="known">What is known of the method's type.</param>
    /// <param name="method">The method.</param>
    /// <param name="handle">What its handle is called.</param>
    public static string Of(KnownTypes known, IMethodSymbol method, out string handle)
    {
        ImmutableArray<ISymbol> namesakes = method.ContainingType.GetMembers(method.Name);
        IMethodSymbol[] overloads = namesakes.Length == 1 ? [] : [.. namesakes.OfType<IMethodSymbol>()
            .Where(static m => m.PartialDefinitionPart is null && KnownTypes.Find(m, KnownTypes.Memoize) is not null)];
        ImmutableArray<IParameterSymbol> parameters = method.Parameters;
        TypeFacts facts = known.FactsOf(method.ContainingType);
        HashSet<string> taken = facts.MemberNames;
        string name = overloads.Length > 1 ? OfOverload(method, overloads) : method.Name;
        while (Places.HandleNames.Contains(name) || (name != method.Name && taken.Contains(name)))
            name += "_";
        handle = name;

        // Seldom does anything end like a generated member.
        if (!facts.HasGeneratedEndings && !parameters.Any(static p => HasEnding(p.Name)) && !method.TypeParameters.Any(static p => HasEnding(p.Name)))
            return name;
        while (Array.Exists(Endings, ending => IsTaken(name + ending)))
            name += "_";
        return name;

        bool IsTaken(string member) => taken.Contains(member) || parameters.Any(p => p.Name == member) || method.TypeParameters.Any(p => p.Name == member);
    }

    // Told apart by the types of the parameters; if their short names are not enough by the full ones; if these are not, by number.
    private static string OfOverload(IMethodSymbol method, IMethodSymbol[] overloads)
    {
        foreach (bool isFull in new[] { false, true })
        {
            string name = Name(method, isFull);
            if (Array.FindAll(overloads, other => Name(other, isFull) == name).Length == 1)
                return name;
        }

        int number = overloads.Count(other => Name(other, isFull: true) == Name(method, isFull: true) && string.CompareOrdinal(other.GetDocumentationCommentId(), method.GetDocumentationCommentId()) <= 0);
        return FormattableString.Invariant($"{Name(method, isFull: true)}{number}");
    }

    private static string Name(IMethodSymbol method, bool isFull) =>
        $"{method.Name}Of{string.Concat(method.Parameters.Where(p => isFull || !MethodParser.IsToken(p.Type)).Select(p => Name(p.Type, isFull)))}{(method.Arity > 0 ? $"Generic{method.Arity}" : "")}";

    private static string Name(ITypeSymbol type, bool isFull) => type switch
    {
        IArrayTypeSymbol array => Name(array.ElementType, isFull) + "Array",
        INamedTypeSymbol named => (isFull ? Outer(named) : "") + named.Name + string.Concat(named.TypeArguments.Select(t => Name(t, isFull))),
        _ => type.Name,
    };

    private static string Outer(INamedTypeSymbol type) =>
        string.Concat(type.ContainingType is { } outer ? Outer(outer) + outer.Name : type.ContainingNamespace.ToDisplayString().Where(char.IsLetterOrDigit));
}
