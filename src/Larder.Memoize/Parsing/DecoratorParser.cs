using Larder.Memoize.Generation.Diagnostics;
using Larder.Memoize.Generation.Emission;
using Larder.Memoize.Generation.Model;
using Microsoft.CodeAnalysis;

namespace Larder.Memoize.Generation.Parsing;

/// <summary>Reads an interface with memoized methods.</summary>
internal static class DecoratorParser
{
    /// <summary>The decorator's model; <see langword="null"/> when something is wrong with the interface or a method.</summary>
    public static DecoratorModel? Parse(KnownTypes known, INamedTypeSymbol face, Findings findings)
    {
        TypeModel type = TypeOf(face);
        var methods = new List<MethodModel>();
        var invalidators = new List<InvalidatorModel>();
        var forwards = new List<string>();
        foreach (ISymbol member in new[] { face }.Concat(face.AllInterfaces).SelectMany(static f => f.GetMembers()).Where(static m => !m.IsStatic && (m.IsAbstract || m.IsVirtual)))
        {
            if (member is IMethodSymbol method && KnownTypes.Find(method, KnownTypes.Memoize) is { } memoize)
            {
                if (MethodParser.ParseDecorated(known, method, memoize, type, findings) is { } model)
                    methods.Add(Unique(model, method, methods));
            }
            else if (member is IMethodSymbol invalidator && KnownTypes.Find(invalidator, KnownTypes.Invalidates) is not null)
            {
                if (InvalidatorParser.ParseDecorated(known, invalidator, type, findings) is { } model)
                    invalidators.Add(model);
            }
            else if (Forward(member) is { } code)
            {
                forwards.Add(code);
            }
        }

        CheckPlace(face, findings);
        return findings.HasErrors
            ? null
            : new DecoratorModel(type, NameOf(face), AccessOf(face), Names.Of(face), methods.ToEquatableArray(), invalidators.ToEquatableArray(), forwards.ToEquatableArray());
    }

    /// <summary>Whether the interface's decorator is written when this method is looked at: once, not once a method.</summary>
    public static bool IsFirst(IMethodSymbol method) =>
        SymbolEqualityComparer.Default.Equals(method, method.ContainingType.GetMembers().OfType<IMethodSymbol>().FirstOrDefault(static m => KnownTypes.Find(m, KnownTypes.Memoize) is not null));

    public static TypeModel TypeOf(INamedTypeSymbol face)
    {
        string space = face.ContainingNamespace.IsGlobalNamespace ? "" : face.ContainingNamespace.ToDisplayString();
        string name = NameOf(face);
        string reference = space.Length == 0 ? $"global::{name}" : $"global::{space}.{name}";
        string declaration = $"/// <summary>Answers calls of <see cref=\"{face.GetDocumentationCommentId()}\"/> from a cache.</summary>\n{GeneratedFile.Attribute}\n{AccessOf(face)} sealed partial class {name} : {Names.Of(face)}";
        return new TypeModel(space, new[] { declaration }.ToEquatableArray(), reference, space.Length == 0 ? name : $"{space}.{name}", HasHandles: true, HidesHandles: false);
    }

    /// <summary>Checks that a decorator can be written.</summary>
    public static void CheckPlace(INamedTypeSymbol face, Findings findings)
    {
        for (INamedTypeSymbol? type = face; type is not null; type = type.ContainingType)
        {
            if (type.DeclaredAccessibility is not (Accessibility.Public or Accessibility.Internal or Accessibility.ProtectedOrInternal))
                findings.Add(Rules.WrongPlace, face, face.Name, $"'{type.Name}' is {Names.Access(type.DeclaredAccessibility)}, and a decorator stands outside of it");
        }

        if (new[] { face }.Concat(face.AllInterfaces).SelectMany(static f => f.GetMembers()).FirstOrDefault(static m => m is { IsStatic: true, IsAbstract: true }) is { } member)
            findings.Add(Rules.WrongPlace, face, face.Name, $"its member '{member.Name}' is static and abstract, and a decorator implements no static members");
    }

    private static string AccessOf(INamedTypeSymbol face)
    {
        for (INamedTypeSymbol? type = face; type is not null; type = type.ContainingType)
        {
            if (type.DeclaredAccessibility != Accessibility.Public)
                return "internal";
        }

        return "public";
    }

    // IWeather has MemoizedWeather; one inside another type has its name as well.
    private static string NameOf(INamedTypeSymbol face)
    {
        string name = face.Name.Length > 1 && face.Name[0] == 'I' && char.IsUpper(face.Name[1]) ? face.Name.Substring(1) : face.Name;
        for (INamedTypeSymbol? outer = face.ContainingType; outer is not null; outer = outer.ContainingType)
            name = outer.Name + name;
        return "Memoized" + name;
    }

    // Two interfaces may have methods of one name.
    private static MethodModel Unique(MethodModel model, IMethodSymbol method, List<MethodModel> others) =>
        others.Exists(other => other.UniqueName == model.UniqueName) ? model with { UniqueName = $"{method.ContainingType.Name}{model.UniqueName}" } : model;

    private static string? Forward(ISymbol member)
    {
        string face = Names.Of(member.ContainingType);
        switch (member)
        {
            case IMethodSymbol { MethodKind: MethodKind.Ordinary } method:
                string arguments = string.Join(", ", method.Parameters.Select(static p => Argument(p)));
                string constraints = string.Concat(Names.ExplicitConstraints(method.TypeParameters).Select(static c => $" {c}"));
                return $"{Unsafe(method)}{Result(method.RefKind)}{Names.Of(method.ReturnType)} {face}.{Names.Escape(method.Name)}{Names.TypeParameters(method.TypeParameters)}({Parameters(method.Parameters)}){constraints} => "
                    + $"{ByRef(method.RefKind)}{Inner(face)}.{Names.Escape(method.Name)}{Names.TypeParameters(method.TypeParameters)}({arguments});";
            case IPropertySymbol property:
                string target = property.IsIndexer ? $"{Inner(face)}[{string.Join(", ", property.Parameters.Select(static p => Argument(p)))}]" : $"{Inner(face)}.{Names.Escape(property.Name)}";
                string name = property.IsIndexer ? $"this[{Parameters(property.Parameters)}]" : Names.Escape(property.Name);
                string get = property.GetMethod is null ? "" : $" get => {ByRef(property.RefKind)}{target};";

                // What only an initializer can set, a decorator cannot hand on.
                string set = property.SetMethod switch
                {
                    null => "",
                    { IsInitOnly: true } => " init => throw new global::System.NotSupportedException();",
                    _ => $" set => {target} = value;",
                };
                return $"{Result(property.RefKind)}{Names.Of(property.Type)} {face}.{name} {{{get}{set} }}";
            case IEventSymbol e:
                return $"event {Names.Of(e.Type)} {face}.{Names.Escape(e.Name)} {{ add => {Inner(face)}.{Names.Escape(e.Name)} += value; remove => {Inner(face)}.{Names.Escape(e.Name)} -= value; }}";
            default:
                return null;
        }
    }

    // By the interface that declares the member: two may declare one name.
    private static string Inner(string face) => $"(({face})_inner)";

    private static string Unsafe(IMethodSymbol method) =>
        method.ReturnType.TypeKind == TypeKind.Pointer || method.Parameters.Any(static p => p.Type.TypeKind is TypeKind.Pointer or TypeKind.FunctionPointer) ? "unsafe " : "";

    private static string Parameters(IEnumerable<IParameterSymbol> parameters) =>
        string.Join(", ", parameters.Select(static p => $"{(p.ScopedKind == ScopedKind.ScopedValue ? "scoped " : "")}{Names.RefKind(p.RefKind)}{Names.Of(p.Type)} {Names.Of(p)}"));

    private static string Argument(IParameterSymbol parameter) => parameter.RefKind switch
    {
        RefKind.Ref => $"ref {Names.Of(parameter)}",
        RefKind.Out => $"out {Names.Of(parameter)}",
        RefKind.In or RefKind.RefReadOnlyParameter => $"in {Names.Of(parameter)}",
        _ => Names.Of(parameter),
    };

    private static string Result(RefKind kind) => kind switch
    {
        RefKind.Ref => "ref ",
        RefKind.RefReadOnly => "ref readonly ",
        _ => "",
    };

    private static string ByRef(RefKind kind) => kind == RefKind.None ? "" : "ref ";
}
