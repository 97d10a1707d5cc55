using Larder.Memoize.Generation.Emission;
using Larder.Memoize.Generation.Model;
using Microsoft.CodeAnalysis;

namespace Larder.Memoize.Generation.Parsing;

/// <summary>Writes the bodies of methods that something is wrong with.</summary>
internal static class Stubs
{
    /// <summary>The stub; <see langword="null"/> where there is no place for one, which the compiler then says itself.</summary>
    public static StubModel? Of(KnownTypes known, IMethodSymbol method)
    {
        if (method is not { IsPartialDefinition: true, PartialImplementationPart: null, IsAbstract: false, } || Places.IsInFile(method.ContainingType) || known.FactsOf(method.ContainingType).NotPartial.Length > 0)
            return null;
        string parameters = string.Join(", ", method.Parameters.Select((p, i) =>
            $"{Places.Declaration(p, method.IsExtensionMethod && i == 0)}{Names.RefKind(p.RefKind)}{Names.Of(p.Type)} {Names.Of(p)}"));
        string constraints = string.Concat(Names.Constraints(method.TypeParameters).Select(static c => $"\n    {c}"));
        return new StubModel(
            NeedsUnsafe(method) ? Unsafe(known.FactsOf(method.ContainingType).Place) : known.FactsOf(method.ContainingType).Place,
            $"{GeneratedFile.Attribute}\n{Places.Modifiers(Declaration.Of(method))} {Names.ReturnRefKind(method.RefKind)}{Names.Of(method.ReturnType)} {Names.Escape(method.Name)}{Names.TypeParameters(method.TypeParameters)}({parameters}){constraints}\n"
                + $"{{\n    throw new global::System.NotSupportedException({Names.Literal($"The body of '{method.Name}' could not be generated; the diagnostics of the build say why.")});\n}}");
    }

    // Where the type is unsafe, its methods need not say so.
    private static bool NeedsUnsafe(IMethodSymbol method) =>
        !Declaration.Of(method).Modifiers.Contains("unsafe") && method.Parameters.Select(static p => p.Type).Append(method.ReturnType).Any(static t => !t.IsRefLikeType && KeyTypes.CannotBeKept(t));

    private static TypeModel Unsafe(TypeModel type) =>
        type with { HintName = type.HintName + ".Unsafe", Declarations = type.Declarations.Select((declaration, i) => i == type.Declarations.Count - 1 ? "unsafe " + declaration : declaration).ToEquatableArray() };
}
