using Microsoft.CodeAnalysis;

namespace Larder.Memoize.Generation.Parsing;

/// <summary>How the elements of a collection are written; the names are those of the writer's methods.</summary>
internal enum KeyCollectionKind
{
    Span,
    List,
    Set,
    Dictionary,
}

/// <summary>A type that holds values of other types.</summary>
/// <param name="Kind">How they are written.</param>
/// <param name="Elements">Their types.</param>
/// <param name="SpanOf">The expression of its span, where <c>{0}</c> is the collection.</param>
internal sealed record KeyCollection(KeyCollectionKind Kind, ITypeSymbol[] Elements, string SpanOf);
