using Larder.Memoize.Generation.Diagnostics;
using Larder.Memoize.Generation.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Larder.Memoize.Generation.Parsing;

/// <summary>Where generated members go, and whether they can go there.</summary>
internal static class Places
{
    /// <summary>Checks that a method's body can be generated.</summary>
    public static void Check(KnownTypes known, IMethodSymbol method, string attribute, Findings findings)
    {
        if (method.MethodKind != MethodKind.Ordinary)
        {
            findings.Add(Rules.WrongPlace, method, method.Name, "it is no ordinary method");
            return;
        }

        if (!method.IsPartialDefinition)
            findings.Add(Rules.NotPartial, method, method.Name, attribute);
        if (method.ContainingType.IsRefLikeType)
            findings.Add(Rules.WrongPlace, method, method.Name, "its type lives on the stack");
        if (method.ReturnsByRef || method.ReturnsByRefReadonly)
            findings.Add(Rules.WrongPlace, method, method.Name, "it returns a reference");
        if (attribute.Contains("Invalidates") && method.Parameters.Any(static p => p.Type.IsRefLikeType && p.RefKind == RefKind.None))
            findings.Add(Rules.WrongPlace, method, method.Name, "a parameter lives on the stack");
        foreach (string type in known.FactsOf(method.ContainingType).NotPartial)
            findings.Add(Rules.TypeNotPartial, method, method.Name, type);
    }

    public static TypeModel Of(INamedTypeSymbol type)
    {
        var declarations = new List<string>();
        for (INamedTypeSymbol? t = type; t is not null; t = t.ContainingType)
            declarations.Insert(0, $"partial {Keyword(t)} {Names.Escape(t.Name)}{Names.TypeParameters(t.TypeParameters)}");
        return new TypeModel(
            type.ContainingNamespace.IsGlobalNamespace ? "" : type.ContainingNamespace.ToDisplayString(),
            declarations.ToEquatableArray(),
            Names.Of(type),
            Names.Hint(type),
            HasHandles: type.GetMembers("Memoized").IsEmpty && type.GetMembers("MemoizedMethods").IsEmpty,
            HidesHandles: Bases(type).Any(static b => !b.GetMembers("Memoized").IsEmpty || b.GetMembers().Any(IsMemoizedWithHandle)));
    }

    /// <summary>Whether a base type has a handle of the same name.</summary>
    public static bool HidesHandle(IMethodSymbol method) =>
        Bases(method.ContainingType).Any(b => b.GetMembers(method.Name).Any(IsMemoizedWithHandle) || !b.GetTypeMembers(method.Name + "Results").IsEmpty);

    /// <summary>The accessibility of a method's handle; empty when it has none.</summary>
    public static string HandleAccess(IMethodSymbol method) => method.DeclaredAccessibility switch
    {
        Accessibility.Public => "public",
        Accessibility.Internal or Accessibility.ProtectedOrInternal => "internal",
        _ => "",
    };

    /// <summary>What the implementing declaration begins with.</summary>
    public static string Modifiers(Declaration declaration) => string.Join(" ", [.. declaration.Modifiers, "partial"]);

    public static string Declaration(IParameterSymbol parameter, bool isExtension) =>
        (isExtension ? "this " : "") + (parameter.IsParams ? "params " : "") + (parameter.ScopedKind == ScopedKind.ScopedValue ? "scoped " : "");

    private static IEnumerable<INamedTypeSymbol> Bases(INamedTypeSymbol type)
    {
        for (INamedTypeSymbol? b = type.BaseType; b is not null; b = b.BaseType)
            yield return b;
    }

    private static bool IsMemoizedWithHandle(ISymbol member) =>
        member is IMethodSymbol method && HandleAccess(method).Length > 0 && KnownTypes.Find(method, KnownTypes.Memoize) is not null;

    /// <summary>Of a type, and of each that it is nested in, those that cannot be reopened.</summary>
    public static IEnumerable<string> NotPartial(INamedTypeSymbol type)
    {
        for (INamedTypeSymbol? t = type; t is not null; t = t.ContainingType)
        {
            if (!IsPartial(t))
                yield return t.Name;
        }
    }

    private static bool IsPartial(INamedTypeSymbol type) =>
        type.DeclaringSyntaxReferences.All(static s => s.GetSyntax() is TypeDeclarationSyntax declaration && declaration.Modifiers.Any(SyntaxKind.PartialKeyword));

    private static string Keyword(INamedTypeSymbol type) => type switch
    {
        { IsRecord: true, IsValueType: true } => "record struct",
        { IsRecord: true } => "record",
        { IsValueType: true } => "struct",
        { TypeKind: TypeKind.Interface } => "interface",
        _ => "class",
    };
}
