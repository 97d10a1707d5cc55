using System.Collections.Immutable;
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

    public static BodyModel? Find(IMethodSymbol method, Declaration declaration, string? name, AttributeData attribute, Findings findings)
    {
        name ??= DefaultName(method.Name);
        ImmutableArray<IParameterSymbol> wanted = method.Parameters;
        bool isAnyNamed = false;
        for (INamedTypeSymbol? type = method.ContainingType; type is not null; type = type.BaseType)
        {
            foreach (ISymbol member in type.GetMembers(name))
            {
                if (member is not IMethodSymbol body || SymbolEqualityComparer.Default.Equals(body, method))
                    continue;
                isAnyNamed = true;
                if (Matches(method, declaration, wanted, body, out ReturnShape shape, out bool takesToken))
                    return new BodyModel(Names.Escape(body.Name) + Names.TypeParameters(method.TypeParameters), body.IsStatic ? Names.Of(body.ContainingType) : null, shape, takesToken);
            }
        }

        string parameters = string.Join(", ", method.Parameters.Select(static p => p.Type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat)));
        string result = method.ReturnType.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);
        findings.Add(Rules.NoBody, attribute, method, method.Name, name, $"takes ({parameters}) and returns {result}; {(isAnyNamed ? "those of this name differ" : "there is none of this name")}");
        return null;
    }

    private static bool Matches(IMethodSymbol method, Declaration declaration, ImmutableArray<IParameterSymbol> wanted, IMethodSymbol body, out ReturnShape shape, out bool takesToken)
    {
        shape = ReturnShape.Nothing;
        takesToken = false;
        if (method.IsStatic && !body.IsStatic)
            return false;

        // Nearly always; and the compiler need not find out about the body's types.
        if (declaration.IsWrittenAs(Declaration.Of(body), wanted, out takesToken))
        {
            shape = Shapes.Of(method.ReturnType, out _);
            return true;
        }

        ImmutableArray<IParameterSymbol> given = body.Parameters;
        takesToken = given.Any(static p => MethodParser.IsToken(p.Type));
        if (body.TypeParameters.Length != method.TypeParameters.Length || !Shapes.Fits(method, body.ReturnType))
            return false;
        if (!takesToken)
            wanted = wanted.RemoveAll(static p => MethodParser.IsToken(p.Type));
        shape = Shapes.Of(body.ReturnType, out _);
        return wanted.Length == given.Length && wanted.Zip(given, static (a, b) => a.RefKind == b.RefKind && Same(a.Type, b.Type)).All(static same => same);
    }

    // A method's own type parameters are other symbols than those of another method, but print alike.
    private static bool Same(ITypeSymbol a, ITypeSymbol b) =>
        SymbolEqualityComparer.Default.Equals(a, b) || a.ToDisplayString(NullableFlowState.None) == b.ToDisplayString(NullableFlowState.None);
}
