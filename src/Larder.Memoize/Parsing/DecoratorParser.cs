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
        IReadOnlyDictionary<ISymbol, MethodModel> methods = MethodsOf(known, face, type, findings);
        var invalidators = new List<InvalidatorModel>();
        var forwards = new List<string>();
        foreach (ISymbol member in MembersOf(face).Where(static m => KnownTypes.Find(m, KnownTypes.Memoize) is null))
        {
            if (member is IMethodSymbol invalidator && KnownTypes.Find(invalidator, KnownTypes.Invalidates) is not null)
            {
                if (InvalidatorParser.ParseDecorated(known, invalidator, type, methods, findings) is { } model)
                    invalidators.Add(model);
            }
            else if (!IsProtected(member) && Forward(member) is { } code)
            {
                forwards.Add(code);
            }
        }

        CheckPlace(face, findings);
        return findings.HasErrors
            ? null
            : new DecoratorModel(type, NameOf(face), AccessOf(face), Names.Of(face), methods.Values.ToEquatableArray(), invalidators.ToEquatableArray(), forwards.ToEquatableArray());
    }

    /// <summary>The memoized methods of a decorator; those that something is wrong with are missing.</summary>
    public static IReadOnlyDictionary<ISymbol, MethodModel> MethodsOf(KnownTypes known, INamedTypeSymbol face, TypeModel decorator, Findings? findings = null)
    {
        var models = new Dictionary<ISymbol, MethodModel>(SymbolEqualityComparer.Default);
        foreach (IMethodSymbol method in MembersOf(face).OfType<IMethodSymbol>())
        {
            if (KnownTypes.Find(method, KnownTypes.Memoize) is { } memoize && MethodParser.ParseDecorated(known, method, memoize, decorator, findings ?? new Findings(report: null)) is { } model)
                models.Add(method, Unique(model, method, models.Values));
        }

        return models;
    }

    // Those that a class that implements it may implement.
    private static IEnumerable<ISymbol> MembersOf(INamedTypeSymbol face) =>
        new[] { face }.Concat(face.AllInterfaces).SelectMany(static f => f.GetMembers()).Where(static m => !m.IsStatic && (m.IsAbstract || m.IsVirtual));

    /// <summary>Whether the interface's decorator is written when this method is looked at: once, not once a method.</summary>
    public static bool IsFirst(IMethodSymbol method) =>
        SymbolEqualityComparer.Default.Equals(method, method.ContainingType.GetMembers().OfType<IMethodSymbol>().FirstOrDefault(static m => KnownTypes.Find(m, KnownTypes.Memoize) is not null));

    public static TypeModel TypeOf(INamedTypeSymbol face)
    {
        string space = face.ContainingNamespace.IsGlobalNamespace ? "" : face.ContainingNamespace.ToDisplayString();
        string name = NameOf(face);
        string reference = space.Length == 0 ? $"global::{name}" : $"global::{space}.{name}";
        string declaration = $"/// <summary>Answers calls of <see cref=\"{face.GetDocumentationCommentId()}\"/> from a cache.</summary>\n{GeneratedFile.Attribute}\n{AccessOf(face)} sealed partial class {name} : {Names.Of(face)}";
        return new TypeModel(space, new[] { declaration }.ToEquatableArray(), reference, Names.Hint(face), HasHandles: true, HidesHandles: false);
    }

    /// <summary>Checks that a decorator can be written.</summary>
    public static void CheckPlace(INamedTypeSymbol face, Findings findings)
    {
        for (INamedTypeSymbol? type = face; type is not null; type = type.ContainingType)
        {
            if (type.DeclaredAccessibility is not (Accessibility.Public or Accessibility.Internal or Accessibility.ProtectedOrInternal))
                findings.Add(Rules.WrongPlace, face, face.Name, $"'{type.Name}' is {Names.Access(type.DeclaredAccessibility)}, and a decorator stands outside of it");
        }

        if (face.ContainingNamespace.GetTypeMembers(NameOf(face)).Any(static t => t.GetMembers().Any(static m => KnownTypes.Find(m, KnownTypes.Memoize) is not null) || Places.NotPartial(t).Any()))
            findings.Add(Rules.WrongPlace, face, face.Name, $"its decorator is called '{NameOf(face)}', as another type is; rename one of them");
        if (face.ContainingNamespace.GetTypeMembers().Any(t => IsDecorated(t) && NameOf(t) == NameOf(face) && !SymbolEqualityComparer.Default.Equals(t, face)))
            findings.Add(Rules.WrongPlace, face, face.Name, $"its decorator is called '{NameOf(face)}', as that of another interface is; rename one of them");
        if (MembersOf(face).FirstOrDefault(static m => m is { IsAbstract: true } && IsProtected(m)) is { } hidden)
            findings.Add(Rules.WrongPlace, face, face.Name, $"its member '{hidden.Name}' is protected, and a decorator cannot call it on another object");
        if (new[] { face }.Concat(face.AllInterfaces).SelectMany(static f => f.GetMembers()).FirstOrDefault(static m => m is { IsStatic: true, IsAbstract: true }) is { } member)
            findings.Add(Rules.WrongPlace, face, face.Name, $"its member '{member.Name}' is static and abstract, and a decorator implements no static members");
    }

    private static bool IsDecorated(INamedTypeSymbol type) =>
        type.TypeKind == TypeKind.Interface && type.GetMembers().Any(static m => KnownTypes.Find(m, KnownTypes.Memoize) is not null);

    // What has an implementation of its own, the decorator inherits.
    private static bool IsProtected(ISymbol member) => member.DeclaredAccessibility is Accessibility.Protected or Accessibility.ProtectedAndInternal;

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
        string name = face.Name.Length > 1 && face.Name[0] == 'I' && char.IsUpper(face.Name[1]) && face.Name != "IResults" ? face.Name.Substring(1) : face.Name;
        for (INamedTypeSymbol? outer = face.ContainingType; outer is not null; outer = outer.ContainingType)
            name = outer.Name + name;
        return "Memoized" + name;
    }

    // Two interfaces may have methods of one name.
    private static MethodModel Unique(MethodModel model, IMethodSymbol method, IReadOnlyCollection<MethodModel> others)
    {
        string name = model.UniqueName;
        if (IsTaken())
            name = method.ContainingType.Name + name;
        while (IsTaken())
            name += "_";
        return name == model.UniqueName ? model : model with { UniqueName = name, HandleName = name };

        bool IsTaken() => others.Any(other => other.UniqueName == name || other.HandleName == name);
    }

    private static string? Forward(ISymbol member)
    {
        string face = Names.Of(member.ContainingType);
        switch (member)
        {
            case IMethodSymbol { MethodKind: MethodKind.Ordinary } method:
                string arguments = string.Join(", ", method.Parameters.Select(static p => Argument(p)));
                string constraints = string.Concat(Names.ExplicitConstraints(method.TypeParameters).Select(static c => $" {c}"));
                return $"{Unsafe(method)}{Names.ReturnRefKind(method.RefKind)}{Names.Of(method.ReturnType)} {face}.{Names.Escape(method.Name)}{Names.TypeParameters(method.TypeParameters)}({Parameters(method.Parameters)}){constraints} => "
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
                return $"{(KeyTypes.CannotBeKept(property.Type) && !property.Type.IsRefLikeType ? "unsafe " : "")}{Names.ReturnRefKind(property.RefKind)}{Names.Of(property.Type)} {face}.{name} {{{get}{set} }}";
            case IEventSymbol e:
                return $"event {Names.Of(e.Type)} {face}.{Names.Escape(e.Name)} {{ add => {Inner(face)}.{Names.Escape(e.Name)} += value; remove => {Inner(face)}.{Names.Escape(e.Name)} -= value; }}";
            default:
                return null;
        }
    }

    private static string Inner(string face) => DecoratorEmitter.Inner("this", face + ".");

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

    private static string ByRef(RefKind kind) => kind == RefKind.None ? "" : "ref ";
}
