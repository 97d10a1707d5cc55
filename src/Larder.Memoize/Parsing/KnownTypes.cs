using Microsoft.CodeAnalysis;

namespace Larder.Memoize.Generation.Parsing;

/// <summary>Types that are looked for by name.</summary>
internal sealed class KnownTypes
{
    public const string Memoize = "Larder.MemoizeAttribute";
    public const string Invalidates = "Larder.InvalidatesAttribute";

    private KnownTypes(Compilation compilation, INamedTypeSymbol cache, INamedTypeSymbol context, INamedTypeSymbol keyPart)
    {
        Compilation = compilation;
        Cache = cache;
        UserContext = context;
        KeyPart = keyPart;
    }

    public Compilation Compilation { get; }

    public INamedTypeSymbol Cache { get; }

    public INamedTypeSymbol UserContext { get; }

    public INamedTypeSymbol KeyPart { get; }

    /// <summary>The types, or <see langword="null"/> when the compilation does not know Larder.</summary>
    public static KnownTypes? From(Compilation compilation) =>
        compilation.GetTypeByMetadataName("Larder.ICache") is { } cache
        && compilation.GetTypeByMetadataName("Larder.UserContext") is { } context
        && compilation.GetTypeByMetadataName("Larder.ICacheKeyPart") is { } keyPart
            ? new KnownTypes(compilation, cache, context, keyPart)
            : null;

    public static AttributeData? Find(ISymbol symbol, string attribute) =>
        symbol.GetAttributes().FirstOrDefault(data => data.AttributeClass?.ToDisplayString() == attribute);

    public bool IsCache(ITypeSymbol type) => Is(type, Cache);

    public bool IsKeyPart(ITypeSymbol type) =>
        Is(type, KeyPart) || (type is ITypeParameterSymbol parameter && parameter.ConstraintTypes.Any(IsKeyPart));

    public bool IsContext(ITypeSymbol type) => SymbolEqualityComparer.Default.Equals(type, UserContext);

    /// <summary>Whether a value of the type is a context or becomes one by itself.</summary>
    public bool ConvertsToContext(ITypeSymbol type)
    {
        if (IsContext(type))
            return true;
        return type.GetMembers("op_Implicit").Concat(UserContext.GetMembers("op_Implicit")).OfType<IMethodSymbol>()
            .Any(method => IsContext(method.ReturnType) && SymbolEqualityComparer.Default.Equals(method.Parameters[0].Type, type));
    }

    private static bool Is(ITypeSymbol type, INamedTypeSymbol known) =>
        SymbolEqualityComparer.Default.Equals(type, known) || type.AllInterfaces.Any(face => SymbolEqualityComparer.Default.Equals(face, known));
}
