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

        if (body.Arity != method.Arity || !Permits(method, body))
            return false;

        // In terms of the method's own type parameters, whatever the body calls its.
        if (body.Arity > 0)
            body = body.Construct([.. method.TypeParameters]);
        ImmutableArray<IParameterSymbol> given = body.Parameters;
        takesToken = given.Any(static p => MethodParser.IsToken(p.Type));
        if (!Shapes.Fits(method, body.ReturnType))
            return false;
        if (!takesToken)
            wanted = wanted.RemoveAll(static p => MethodParser.IsToken(p.Type));
        shape = Shapes.Of(body.ReturnType, out _);
        return wanted.Length == given.Length && wanted.Zip(given, static (a, b) => a.RefKind == b.RefKind && Same(a.Type, b.Type)).All(static same => same);
    }

    // Whether the body can be called with whatever type arguments the method has.
    private static bool Permits(IMethodSymbol method, IMethodSymbol body)
    {
        for (int i = 0; i < method.Arity; i++)
        {
            ITypeParameterSymbol own = method.TypeParameters[i];
            ITypeParameterSymbol wanted = body.TypeParameters[i];
            if ((wanted.HasReferenceTypeConstraint && !own.IsReferenceType)
                || (wanted.HasValueTypeConstraint && !own.HasValueTypeConstraint && !own.HasUnmanagedTypeConstraint)
                || (wanted.HasUnmanagedTypeConstraint && !own.HasUnmanagedTypeConstraint)
                || (wanted.HasConstructorConstraint && !own.HasConstructorConstraint && !own.IsValueType)
                || (own.AllowsRefLikeType && !wanted.AllowsRefLikeType)
                || wanted.ConstraintTypes.Any(type => !own.ConstraintTypes.Any(given => given.ToDisplayString(NullableFlowState.None) == type.ToDisplayString(NullableFlowState.None))))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether two types are the same but for annotations and the names of tuple elements.</summary>
    public static bool Same(ITypeSymbol a, ITypeSymbol b) =>
        SymbolEqualityComparer.Default.Equals(a, b) || (HasNames(a) && HasNames(b) && TypeText.Signature(a) == TypeText.Signature(b));

    private static bool HasNames(ITypeSymbol type) => type switch
    {
        IArrayTypeSymbol array => HasNames(array.ElementType),
        INamedTypeSymbol named => named.IsTupleType || named.TypeArguments.Any(HasNames),
        _ => false,
    };
}
