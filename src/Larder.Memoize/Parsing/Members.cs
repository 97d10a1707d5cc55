using Larder.Memoize.Generation.Diagnostics;
using Larder.Memoize.Generation.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Larder.Memoize.Generation.Parsing;

/// <summary>Finds the cache and the context among the members of a type.</summary>
internal sealed class Members(KnownTypes known, IMethodSymbol method, Findings findings)
{
    private readonly INamedTypeSymbol _type = method.ContainingType;

    /// <summary>The expression of the cache.</summary>
    public string FindCache(string? wanted)
    {
        if (wanted is not null)
        {
            (string Name, string Expression) match = Candidates(known, _type, method.IsStatic, known.IsCache, isNamed: true).FirstOrDefault(cache => cache.Name == wanted);
            if (match.Expression is null)
                findings.Add(Rules.NoCache, method, method.Name, $"its Cache is '{wanted}', and no {Kind()} of this name in '{_type.Name}' is an ICache");
            return match.Expression ?? "";
        }

        (string Name, string Expression)[] caches = known.FactsOf(_type).Caches(method.IsStatic);
        if (caches.Length > 1)
            findings.Add(Rules.NoCache, method, method.Name, $"'{_type.Name}' holds several caches ({string.Join(", ", caches.Select(static cache => cache.Name))}); say which with Cache = nameof(…)");
        return caches.Length == 0 ? "global::Larder.Cache.Default" : caches[0].Expression;
    }

    /// <summary>The expression of a member that is the context, if there is one.</summary>
    public string? FindContext()
    {
        (string Name, string Expression)[] marked = [.. Candidates(known, _type, method.IsStatic, known.ConvertsToContext, marked: true)];
        (string Name, string Expression)[] found = marked.Length > 0 ? marked : [.. Candidates(known, _type, method.IsStatic, known.IsContext)];
        if (found.Length > 1)
            findings.Add(Rules.SeveralContexts, method, method.Name, string.Join(", ", found.Select(static member => member.Name)));
        return found.Length == 0 ? null : found[0].Expression;
    }

    /// <summary>The members of a type that its methods can reach and that are of a wanted type.</summary>
    /// <remarks>
    /// The object's own fields and properties go before primary-constructor parameters, which usually initialize them,
    /// and both before static ones; unless one is named.
    /// </remarks>
    public static IEnumerable<(string Name, string Expression)> Candidates(KnownTypes known, INamedTypeSymbol type, bool isStatic, Func<ITypeSymbol, bool> isWanted, bool marked = false, bool isNamed = false)
    {
        (string, string)[] own = isStatic ? [] : [.. FieldsAndProperties(known, type, isWanted, marked, isStatic: false)];
        (string, string)[] primary = isStatic
            ? []
            : [.. PrimaryParameters(type).Where(p => isWanted(p.Type) && (!marked || IsMarked(p))).Select(static p => (p.Name, Names.Of(p)))];
        IEnumerable<(string, string)> shared = FieldsAndProperties(known, type, isWanted, marked, isStatic: true);
        return isNamed ? own.Concat(primary).Concat(shared) : own.Length > 0 ? own : primary.Length > 0 ? primary : shared;
    }

    private static IEnumerable<(string Name, string Expression)> FieldsAndProperties(KnownTypes known, INamedTypeSymbol owner, Func<ITypeSymbol, bool> isWanted, bool marked, bool isStatic)
    {
        for (INamedTypeSymbol? type = owner; type is not null; type = type.BaseType)
        {
            foreach (ISymbol member in type.GetMembers())
            {
                ITypeSymbol? memberType = member switch
                {
                    IFieldSymbol { IsImplicitlyDeclared: false } field => field.Type,
                    IPropertySymbol { IsIndexer: false, GetMethod: not null } property => property.Type,
                    _ => null,
                };
                if (memberType is null || member.IsStatic != isStatic || !isWanted(memberType) || (marked && !IsMarked(member)))
                    continue;
                if (SymbolEqualityComparer.Default.Equals(type, owner) || known.Compilation.IsSymbolAccessibleWithin(member, owner))
                    yield return (member.Name, $"{(isStatic ? Names.Of(member.ContainingType) : "this")}.{Names.Escape(member.Name)}");
            }
        }
    }

    private static IEnumerable<IParameterSymbol> PrimaryParameters(INamedTypeSymbol type) =>
        type.IsRecord
            ? []
            : type.InstanceConstructors.Where(static c => c.DeclaringSyntaxReferences.Any(static s => s.GetSyntax() is TypeDeclarationSyntax)).SelectMany(static c => c.Parameters);

    private static bool IsMarked(ISymbol member) => KnownTypes.Find(member, KnownTypes.Context) is not null;

    private string Kind() => method.IsStatic ? "static field or property" : "field, property or primary-constructor parameter";
}
