using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Larder.Memoize.Generation.Parsing;

/// <summary>How symbols are written in generated code.</summary>
internal static class Names
{
    public static string Of(ITypeSymbol type) => TypeText.Full(type);

    public static string Of(IParameterSymbol parameter) => Escape(parameter.Name);

    public static string Escape(string name) =>
        SyntaxFacts.GetKeywordKind(name) != SyntaxKind.None || SyntaxFacts.GetContextualKeywordKind(name) != SyntaxKind.None ? "@" + name : name;

    public static string Literal(string text) => IsPlain(text) ? $"\"{text}\"" : SymbolDisplay.FormatLiteral(text, quote: true);

    public static string TypeParameters(ImmutableArray<ITypeParameterSymbol> parameters)
    {
        if (parameters.IsEmpty)
            return "";
        string list = string.Join(", ", parameters.Select(static p => Escape(p.Name)));
        return $"<{list}>";
    }

    // Nothing in it is written in another way inside a literal.
    private static bool IsPlain(string text)
    {
        foreach (char c in text)
        {
            if (c is < ' ' or > '~' or '"' or '\\')
                return false;
        }

        return true;
    }

    /// <summary>The <c>where</c> clauses.</summary>
    public static IEnumerable<string> Constraints(IEnumerable<ITypeParameterSymbol> parameters)
    {
        foreach (ITypeParameterSymbol parameter in parameters)
        {
            var parts = new List<string>();
            if (parameter.HasUnmanagedTypeConstraint)
                parts.Add("unmanaged");
            else if (parameter.HasValueTypeConstraint)
                parts.Add("struct");
            else if (parameter.HasReferenceTypeConstraint)
                parts.Add(parameter.ReferenceTypeConstraintNullableAnnotation == NullableAnnotation.Annotated ? "class?" : "class");
            else if (parameter.HasNotNullConstraint)
                parts.Add("notnull");
            parts.AddRange(parameter.ConstraintTypes.Select(Of));
            if (parameter.HasConstructorConstraint)
                parts.Add("new()");
            if (parameter.AllowsRefLikeType)
                parts.Add("allows ref struct");
            if (parts.Count > 0)
                yield return $"where {Escape(parameter.Name)} : {string.Join(", ", parts)}";
        }
    }

    /// <summary>What an explicit implementation has to say of its type parameters, so that <c>T?</c> means the same.</summary>
    public static IEnumerable<string> ExplicitConstraints(IEnumerable<ITypeParameterSymbol> parameters) =>
        parameters.Select(static p => $"where {Escape(p.Name)} : {(p.IsValueType ? "struct" : p.IsReferenceType ? "class" : "default")}");

    /// <summary>How a parameter is declared to be passed.</summary>
    public static string RefKind(RefKind kind) => kind switch
    {
        Microsoft.CodeAnalysis.RefKind.Ref => "ref ",
        Microsoft.CodeAnalysis.RefKind.Out => "out ",
        Microsoft.CodeAnalysis.RefKind.In => "in ",
        Microsoft.CodeAnalysis.RefKind.RefReadOnlyParameter => "ref readonly ",
        _ => "",
    };

    /// <summary>How a method says that it returns a reference.</summary>
    public static string ReturnRefKind(RefKind kind) => kind switch
    {
        Microsoft.CodeAnalysis.RefKind.Ref => "ref ",
        Microsoft.CodeAnalysis.RefKind.RefReadOnly => "ref readonly ",
        _ => "",
    };

    /// <summary>A parameter's default value with an equals sign; empty when it has none.</summary>
    public static string Default(IParameterSymbol parameter)
    {
        if (!parameter.HasExplicitDefaultValue)
            return "";
        if (parameter.ExplicitDefaultValue is not { } value)
            return parameter.Type is { IsReferenceType: true, NullableAnnotation: not NullableAnnotation.Annotated } ? " = default!" : " = default";

        // No constant of C#: it came from an attribute.
        if (value is DateTime)
            return "";
        ITypeSymbol type = KeyTypes.NullableOf(parameter.Type) ?? parameter.Type;
        string literal = SymbolDisplay.FormatPrimitive(value, quoteStrings: true, useHexadecimalNumbers: false) ?? "default";
        if (value is double.NaN or double.PositiveInfinity or double.NegativeInfinity or float.NaN or float.PositiveInfinity or float.NegativeInfinity)
            literal = $"{(value is float ? "float" : "double")}.{(literal == "NaN" ? "NaN" : literal.StartsWith("-", StringComparison.Ordinal) ? "NegativeInfinity" : "PositiveInfinity")}";
        else
            literal += value switch { decimal => "m", double => "d", float => "f", _ => "" }; // The zero of whole numbers has no sign.
        return value is string or char or bool ? $" = {literal}" : $" = ({Of(type)})({literal})";
    }

    public static string Access(Accessibility accessibility) => accessibility switch
    {
        Accessibility.Public => "public",
        Accessibility.Internal => "internal",
        Accessibility.Protected => "protected",
        Accessibility.ProtectedOrInternal => "protected internal",
        Accessibility.ProtectedAndInternal => "private protected",
        _ => "private",
    };

    /// <summary>The type's name without namespace, with the types that it is nested in.</summary>
    public static string Short(INamedTypeSymbol type) => type.ContainingType is null ? type.Name : $"{Short(type.ContainingType)}.{type.Name}";

    public static string Seconds(double seconds) =>
        double.IsPositiveInfinity(seconds)
            ? "global::System.Threading.Timeout.InfiniteTimeSpan"
            : $"global::System.TimeSpan.FromSeconds({seconds.ToString("R", CultureInfo.InvariantCulture)})";

    /// <summary>A file name that no other type has.</summary>
    public static string Hint(INamedTypeSymbol type)
    {
        var name = new StringBuilder();
        foreach (char c in type.ToDisplayString(SymbolDisplayFormat.CSharpErrorMessageFormat))
            name.Append(char.IsLetterOrDigit(c) || c is '.' or '_' ? c : c switch { '<' => '{', '>' => '}', ',' => ',', _ => '_' });
        return name.ToString().Replace(" ", "");
    }
}
