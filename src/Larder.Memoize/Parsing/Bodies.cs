using Larder.Memoize.Generation.Diagnostics;
using Larder.Memoize.Generation.Model;
using Microsoft.CodeAnalysis;

namespace Larder.Memoize.Generation.Parsing;

/// <summary>Finds the method that does the work.</summary>
internal static class Bodies
{
    /// <summary>The name that is looked for when none is given: <c>GetCoreAsync</c> for <c>GetAsync</c>.</summary>
    public static string DefaultName(string method) =>
        method.EndsWith("Async", StringComparison.Ordinal) && method.Length > 5 ? method.Substring(0, method.Length - 5) + "CoreAsync" : method + "Core";

    public static BodyModel? Find(IMethodSymbol method, string? name, AttributeData attribute, Findings findings)
    {
        name ??= DefaultName(method.Name);
        IMethodSymbol[] named = [.. Inherited(method.ContainingType).SelectMany(type => type.GetMembers(name)).OfType<IMethodSymbol>().Where(m => !SymbolEqualityComparer.Default.Equals(m, method))];
        foreach (IMethodSymbol body in named)
        {
            if (Matches(method, body, out bool takesToken))
                return new BodyModel(Names.Escape(body.Name) + Names.TypeParameters(method.TypeParameters), body.IsStatic ? Names.Of(body.ContainingType) : null, Shapes.Of(body.ReturnType, out _), takesToken);
        }

        string parameters = string.Join(", ", method.Parameters.Select(static p => p.Type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat)));
        string result = method.ReturnType.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);
        findings.Add(Rules.NoBody, attribute, method, method.Name, name, $"takes ({parameters}) and returns {result}; {(named.Length == 0 ? "there is none of this name" : "those of this name differ")}");
        return null;
    }

    private static IEnumerable<INamedTypeSymbol> Inherited(INamedTypeSymbol type)
    {
        for (INamedTypeSymbol? t = type; t is not null; t = t.BaseType)
            yield return t;
    }

    private static bool Matches(IMethodSymbol method, IMethodSymbol body, out bool takesToken)
    {
        takesToken = body.Parameters.Any(static p => MethodParser.IsToken(p.Type));
        if (body.TypeParameters.Length != method.TypeParameters.Length || (method.IsStatic && !body.IsStatic) || !Shapes.Fits(method, body.ReturnType))
            return false;
        IParameterSymbol[] wanted = [.. takesToken ? method.Parameters : method.Parameters.Where(static p => !MethodParser.IsToken(p.Type))];
        return wanted.Length == body.Parameters.Length
            && wanted.Zip(body.Parameters, (a, b) => a.RefKind == b.RefKind && Same(a.Type, b.Type)).All(static same => same);
    }

    // A method's own type parameters are other symbols than those of another method, but print alike.
    private static bool Same(ITypeSymbol a, ITypeSymbol b) =>
        SymbolEqualityComparer.Default.Equals(a, b) || a.ToDisplayString(NullableFlowState.None) == b.ToDisplayString(NullableFlowState.None);
}
