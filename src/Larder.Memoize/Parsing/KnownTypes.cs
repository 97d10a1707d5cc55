using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;

namespace Larder.Memoize.Generation.Parsing;

/// <summary>Types that are looked for by name, and what was found out about those that hold methods: once for a compilation, and gone with it.</summary>
internal sealed class KnownTypes
{
    public const string Memoize = "MemoizeAttribute";
    public const string Invalidates = "InvalidatesAttribute";
    public const string Context = "CacheContextAttribute";
    public const string Space = "Larder";

    private static readonly ConditionalWeakTable<Compilation, KnownTypes> OfCompilations = new();

    private readonly ConcurrentDictionary<INamedTypeSymbol, TypeFacts> _facts = new(SymbolEqualityComparer.Default);

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
    public static KnownTypes? From(Compilation compilation)
    {
        if (OfCompilations.TryGetValue(compilation, out KnownTypes? known))
            return known;
        return compilation.GetTypeByMetadataName("Larder.ICache") is { } cache
            && compilation.GetTypeByMetadataName("Larder.UserContext") is { } context
            && compilation.GetTypeByMetadataName("Larder.ICacheKeyPart") is { } keyPart
                ? OfCompilations.GetValue(compilation, _ => new KnownTypes(compilation, cache, context, keyPart))
                : null;
    }

    public static AttributeData? Find(ISymbol symbol, string attribute) => symbol.GetAttributes().FirstOrDefault(data => IsCalled(data, attribute));

    public static bool IsCalled(AttributeData data, string attribute) =>
        data.AttributeClass is { } type && type.Name == attribute && type.ContainingNamespace is { Name: Space, ContainingNamespace.IsGlobalNamespace: true };

    /// <summary>What the methods of a type have in common.</summary>
    public TypeFacts FactsOf(INamedTypeSymbol type) => _facts.GetOrAdd(type, t => new TypeFacts(this, t));

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
