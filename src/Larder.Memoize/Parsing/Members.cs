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
        (string Name, string Expression)[] caches = [.. Candidates(known.IsCache, isNamed: wanted is not null)];
        if (wanted is not null)
        {
            (string Name, string Expression) match = caches.FirstOrDefault(cache => cache.Name == wanted);
            if (match.Expression is null)
                findings.Add(Rules.NoCache, method, method.Name, $"its Cache is '{wanted}', and no {Kind()} of this name in '{_type.Name}' is an ICache");
            return match.Expression ?? "";
        }

        if (caches.Length > 1)
            findings.Add(Rules.NoCache, method, method.Name, $"'{_type.Name}' holds several caches ({string.Join(", ", caches.Select(static cache => cache.Name))}); say which with Cache = nameof(…)");
        return caches.Length == 0 ? "global::Larder.Cache.Default" : caches[0].Expression;
    }

    /// <summary>The expression of a member that is the context, if there is one.</summary>
    public string? FindContext()
    {
        (string Name, string Expression)[] marked = [.. Candidates(known.ConvertsToContext, marked: true)];
        (string Name, string Expression)[] found = marked.Length > 0 ? marked : [.. Candidates(known.IsContext)];
        if (found.Length > 1)
            findings.Add(Rules.SeveralContexts, method, method.Name, string.Join(", ", found.Select(static member => member.Name)));
        return found.Length == 0 ? null : found[0].Expression;
    }

    // The object's own fields and properties go before primary-constructor parameters, which usually initialize them,
    // and both before static ones; unless one is named.
    private IEnumerable<(string Name, string Expression)> Candidates(Func<ITypeSymbol, bool> isWanted, bool marked = false, bool isNamed = false)
    {
        (string, string)[] own = method.IsStatic ? [] : [.. FieldsAndProperties(isWanted, marked, isStatic: false)];
        (string, string)[] primary = method.IsStatic
            ? []
            : [.. PrimaryParameters().Where(p => isWanted(p.Type) && (!marked || IsMarked(p))).Select(static p => (p.Name, Names.Of(p)))];
        IEnumerable<(string, string)> shared = FieldsAndProperties(isWanted, marked, isStatic: true);
        return isNamed ? own.Concat(primary).Concat(shared) : own.Length > 0 ? own : primary.Length > 0 ? primary : shared;
    }

    private IEnumerable<(string Name, string Expression)> FieldsAndProperties(Func<ITypeSymbol, bool> isWanted, bool marked, bool isStatic)
    {
        for (INamedTypeSymbol? type = _type; type is not null; type = type.BaseType)
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
                if (SymbolEqualityComparer.Default.Equals(type, _type) || known.Compilation.IsSymbolAccessibleWithin(member, _type))
                    yield return (member.Name, $"{(isStatic ? Names.Of(member.ContainingType) : "this")}.{Names.Escape(member.Name)}");
            }
        }
    }

    private IEnumerable<IParameterSymbol> PrimaryParameters() =>
        _type.IsRecord
            ? []
            : _type.InstanceConstructors.Where(static c => c.DeclaringSyntaxReferences.Any(static s => s.GetSyntax() is TypeDeclarationSyntax)).SelectMany(static c => c.Parameters);

    private static bool IsMarked(ISymbol member) => KnownTypes.Find(member, KnownTypes.Context) is not null;

    private string Kind() => method.IsStatic ? "static field or property" : "field, property or primary-constructor parameter";
}
