using System.Text;
using Microsoft.CodeAnalysis;

namespace Larder.Memoize.Generation.Parsing;

/// <summary>
/// Types as text. Most are named, with nothing special about them, and are written here; the others are left to the
/// compiler, whose display takes many times as long and says the same.
/// </summary>
internal static class TypeText
{
    private static readonly SymbolDisplayFormat FullFormat = SymbolDisplayFormat.FullyQualifiedFormat
        .AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    private static readonly SymbolDisplayFormat SignatureFormat = SymbolDisplayFormat.CSharpErrorMessageFormat
        .WithMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.ExpandNullable | SymbolDisplayMiscellaneousOptions.ExpandValueTuple);

    private static readonly SymbolDisplayFormat PlainFormat = SymbolDisplayFormat.CSharpErrorMessageFormat
        .WithMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.UseSpecialTypes);

    [ThreadStatic]
    private static StringBuilder? _builder;

    private enum Style
    {
        Full,
        Signature,
        Plain,
    }

    /// <summary>As generated code names it: <c>global::System.Collections.Generic.List&lt;string?&gt;</c>.</summary>
    public static string Full(ITypeSymbol type) => Of(type, Style.Full) ?? type.ToDisplayString(FullFormat);

    /// <summary>To be compared with: <c>System.Collections.Generic.List&lt;string&gt;</c>.</summary>
    public static string Plain(ITypeSymbol type) => Of(type, Style.Plain) ?? type.ToDisplayString(PlainFormat);

    /// <summary>As signatures name it, independent of annotations, aliases and tuple names: <c>System.Collections.Generic.List&lt;System.String&gt;</c>.</summary>
    public static void AppendSignature(ITypeSymbol type, StringBuilder text)
    {
        int length = text.Length;
        if (Write(type, Style.Signature, text))
            return;
        text.Length = length;
        text.Append(type.ToDisplayString(SignatureFormat));
    }

    /// <inheritdoc cref="AppendSignature"/>
    public static string Signature(ITypeSymbol type)
    {
        var text = new StringBuilder();
        AppendSignature(type, text);
        return text.ToString();
    }

    /// <summary>An empty buffer, which is the thread's: whoever takes it has done with it before anything else is asked here.</summary>
    public static StringBuilder Builder() => (_builder ??= new StringBuilder(256)).Clear();

    private static string? Of(ITypeSymbol type, Style style)
    {
        if (Keyword(type.SpecialType) is { } keyword)
            return style == Style.Full && IsAnnotated(type) ? keyword + "?" : keyword;
        StringBuilder text = Builder();
        return Write(type, style, text) ? text.ToString() : null;
    }

    private static bool Write(ITypeSymbol type, Style style, StringBuilder text)
    {
        if (type is not INamedTypeSymbol { TypeKind: TypeKind.Class or TypeKind.Struct or TypeKind.Enum or TypeKind.Interface or TypeKind.Delegate } named)
            return false;
        if (style != Style.Signature && Keyword(named.SpecialType) is { } keyword)
            text.Append(keyword);
        else if (style != Style.Signature && KeyTypes.NullableOf(named) is { } value)
            return Write(value, style, text) && End(text, "?");
        else if (!WriteName(named, style, text))
            return false;
        return !(style == Style.Full && IsAnnotated(named)) || End(text, "?");
    }

    private static bool WriteName(INamedTypeSymbol type, Style style, StringBuilder text)
    {
        if (type is not { ContainingType: null, IsTupleType: false, IsNativeIntegerType: false, IsUnboundGenericType: false, IsFileLocal: false } || !IsPlain(type.Name))
            return false;
        if (style == Style.Full)
            text.Append("global::");
        if (!WriteSpace(type.ContainingNamespace, text))
            return false;
        text.Append(type.Name);
        if (type.Arity == 0)
            return true;
        text.Append('<');
        for (int i = 0; i < type.TypeArguments.Length; i++)
        {
            if (i > 0)
                text.Append(", ");
            if (!Write(type.TypeArguments[i], style, text))
                return false;
        }

        return End(text, ">");
    }

    // With a dot at its end, unless it is the global one.
    private static bool WriteSpace(INamespaceSymbol space, StringBuilder text)
    {
        if (space.IsGlobalNamespace)
            return true;
        if (!IsPlain(space.Name) || !WriteSpace(space.ContainingNamespace, text))
            return false;
        text.Append(space.Name).Append('.');
        return true;
    }

    private static bool End(StringBuilder text, string end)
    {
        text.Append(end);
        return true;
    }

    // No keyword begins with a capital letter.
    private static bool IsPlain(string name) => name.Length > 0 && name[0] is >= 'A' and <= 'Z';

    private static bool IsAnnotated(ITypeSymbol type) => type.IsReferenceType && type.NullableAnnotation == NullableAnnotation.Annotated;

    private static string? Keyword(SpecialType type) => type switch
    {
        SpecialType.System_Boolean => "bool",
        SpecialType.System_Byte => "byte",
        SpecialType.System_SByte => "sbyte",
        SpecialType.System_Int16 => "short",
        SpecialType.System_UInt16 => "ushort",
        SpecialType.System_Int32 => "int",
        SpecialType.System_UInt32 => "uint",
        SpecialType.System_Int64 => "long",
        SpecialType.System_UInt64 => "ulong",
        SpecialType.System_Single => "float",
        SpecialType.System_Double => "double",
        SpecialType.System_Decimal => "decimal",
        SpecialType.System_Char => "char",
        SpecialType.System_String => "string",
        SpecialType.System_Object => "object",
        SpecialType.System_Void => "void",
        _ => null,
    };
}
