using Larder.Memoize.Generation.Diagnostics;
using Larder.Memoize.Generation.Emission;
using Larder.Memoize.Generation.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Larder.Memoize.Generation.Parsing;

/// <summary>Where generated members go, and whether they can go there.</summary>
internal static class Places
{
    /// <summary>The attributes, as messages call them.</summary>
    public const string Memoize = "[Memoize]";

    /// <inheritdoc cref="Memoize"/>
    public const string Invalidates = "[Invalidates]";

    /// <summary>The members by which handles are reached.</summary>
    public static readonly string[] HandleNames = ["Memoized", "MemoizedMethods", "MemoizedResults"];

    /// <summary>Checks that a method's body can be generated; <see langword="false"/> when there is no use in reading it any further.</summary>
    public static bool Check(KnownTypes known, IMethodSymbol method, Declaration declaration, string attribute, Findings findings)
    {
        if (Obstacle(method) is { } obstacle)
        {
            findings.Add(Rules.WrongPlace, method, method.Name, obstacle);
            return false;
        }

        if (!method.IsPartialDefinition)
            findings.Add(Rules.NotPartial, method, method.Name, attribute);
        if (method.ContainingType.IsRefLikeType)
            findings.Add(Rules.WrongPlace, method, method.Name, "its type lives on the stack");
        if (method.ReturnsByRef || method.ReturnsByRefReadonly)
            findings.Add(Rules.WrongPlace, method, method.Name, "it returns a reference");
        if (attribute == Invalidates && method.Parameters.FirstOrDefault(static p => p.RefKind == RefKind.None && KeyTypes.CannotBeKept(p.Type)) is { } parameter)
            findings.Add(Rules.WrongPlace, method, method.Name, $"its parameter '{parameter.Name}' cannot be kept: {KeyTypes.Reason(parameter.Type)}");
        if (attribute == Invalidates && Shapes.IsAsync(method.ReturnType) && declaration.Modifiers.Contains("unsafe"))
            findings.Add(Rules.WrongPlace, method, method.Name, "nothing can be awaited in a method that is unsafe; only its body has to be");
        foreach (string type in known.FactsOf(method.ContainingType).NotPartial)
            findings.Add(Rules.TypeNotPartial, method, method.Name, type);
        return true;
    }

    /// <summary>Checks that a decorator can have an interface's method.</summary>
    public static void CheckDecorated(IMethodSymbol method, Findings findings)
    {
        string? obstacle = method switch
        {
            { MethodKind: not MethodKind.Ordinary } => "it is no ordinary method; memoize a method",
            { IsStatic: true } => "a decorator implements no static methods; memoize one of a class",
            { IsAbstract: false, IsVirtual: false } => "it cannot be implemented by others, and a decorator is one of them",
            { DeclaredAccessibility: Accessibility.Protected or Accessibility.ProtectedAndInternal } => "it is protected, and a decorator cannot call it on another object",
            _ => null,
        };
        if (obstacle is not null)
            findings.Add(Rules.WrongPlace, method, method.Name, obstacle);
    }

    // What it is that nobody could generate a body for, whatever else is wrong with it.
    private static string? Obstacle(IMethodSymbol method) => method switch
    {
        { MethodKind: MethodKind.ExplicitInterfaceImplementation } => "it implements an interface explicitly, and such a method cannot be partial; memoize a method that it calls",
        { MethodKind: not MethodKind.Ordinary } => "it is no ordinary method; memoize a method that it calls",
        { ContainingType.CanBeReferencedByName: false } => "it stands in an extension block; declare it with 'this' before its first parameter",
        { IsAbstract: true } => "it is abstract; memoize the method that implements it",
        { IsExtern: true } => "it is implemented outside of C#; memoize a method that calls it",
        { PartialImplementationPart: { } implementation } when !IsGenerated(implementation) => "it has a body already; name the method with the body in the attribute, and leave this one without",
        _ when IsInFile(method.ContainingType) => "its type can be seen in its own file only, and generated code is in another",
        _ => null,
    };

    private static bool IsGenerated(IMethodSymbol method) =>
        method.GetAttributes().Any(static data => data is { AttributeClass.Name: "GeneratedCodeAttribute" } && data.ConstructorArguments.FirstOrDefault().Value is GeneratedFile.Tool);

    public static bool IsInFile(INamedTypeSymbol? type) => type is not null && (type.IsFileLocal || IsInFile(type.ContainingType));

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
            HasHandles: !Array.Exists(HandleNames, name => type.Name == name || !type.GetMembers(name).IsEmpty),
            HidesHandles: Bases(type).Any(static b => !b.GetMembers("Memoized").IsEmpty || b.GetMembers().Any(IsMemoizedWithHandle)));
    }

    /// <summary>The names of a type and its members, what it inherits included, and those that every type with handles has.</summary>
    public static HashSet<string> MemberNames(INamedTypeSymbol type)
    {
        HashSet<string> names = [type.Name, .. HandleNames, .. type.TypeParameters.Select(static p => p.Name)];
        foreach (INamedTypeSymbol t in Bases(type).Prepend(type).Where(static t => t.SpecialType is not (SpecialType.System_Object or SpecialType.System_ValueType)))
            names.UnionWith(t.GetMembers().Select(static m => m.Name));
        return names;
    }

    /// <summary>Whether a derived type can override something of a type.</summary>
    public static bool HasOverridableMembers(INamedTypeSymbol type) =>
        type is { TypeKind: TypeKind.Class, IsSealed: false } && Bases(type).Prepend(type).Any(static t =>
            t.SpecialType != SpecialType.System_Object && t.GetMembers().Any(static m => m is { IsImplicitlyDeclared: false } and ({ IsVirtual: true } or { IsAbstract: true }) and not INamedTypeSymbol));

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
