using Microsoft.CodeAnalysis;

namespace Larder.Memoize.Generation.Parsing;

/// <summary>Which types can be part of a key. The other side is <c>CacheKeyWriter.Append</c>.</summary>
internal static class KeyTypes
{
    private static readonly HashSet<string> Scalars =
    [
        "System.Guid",
        "System.Uri",
        "System.DateTimeOffset",
        "System.DateOnly",
        "System.TimeOnly",
        "System.TimeSpan",
        "System.Half",
        "System.Int128",
        "System.UInt128",
        "System.Numerics.BigInteger",
        "System.ReadOnlyMemory<char>",
        "System.Memory<char>",
        "System.ReadOnlyMemory<byte>",
        "System.Memory<byte>",
        "System.ArraySegment<byte>",
    ];

    private static readonly HashSet<string> ScalarNames = [.. Scalars.Select(static name => name.Split('<')[0].Split('.').Last())];

    /// <summary>Whether a value of the type is written as a single value.</summary>
    public static bool IsScalar(ITypeSymbol type)
    {
        switch (type.SpecialType)
        {
            case SpecialType.System_Boolean or SpecialType.System_Char:
            case SpecialType.System_Byte or SpecialType.System_SByte or SpecialType.System_Int16 or SpecialType.System_UInt16:
            case SpecialType.System_Int32 or SpecialType.System_UInt32 or SpecialType.System_Int64 or SpecialType.System_UInt64:
            case SpecialType.System_IntPtr or SpecialType.System_UIntPtr:
            case SpecialType.System_Single or SpecialType.System_Double or SpecialType.System_Decimal:
            case SpecialType.System_String or SpecialType.System_DateTime:
                return true;
            default:
                return type.TypeKind == TypeKind.Enum || (type is INamedTypeSymbol named && ScalarNames.Contains(named.Name) && Scalars.Contains(TypeText.Plain(named)));
        }
    }

    public static ITypeSymbol? NullableOf(ITypeSymbol type) =>
        type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable ? nullable.TypeArguments[0] : null;

    /// <summary>Whether the writer takes the nullable of this type without boxing it.</summary>
    public static bool HasNullableOverload(ITypeSymbol value) =>
        value.SpecialType is SpecialType.System_Int32 or SpecialType.System_Int64 or SpecialType.System_Boolean || TypeText.Plain(value) == "System.Guid";

    public static KeyCollection? CollectionOf(ITypeSymbol type)
    {
        if (type is IArrayTypeSymbol array)
            return array.Rank == 1 ? new KeyCollection(KeyCollectionKind.Span, [array.ElementType], "{0}") : null;
        if (type is not INamedTypeSymbol named || !IsOfTheRuntime(named))
            return null;

        switch (TypeText.Plain(named.OriginalDefinition))
        {
            case "System.Collections.Generic.List<T>":
                return new KeyCollection(KeyCollectionKind.Span, [named.TypeArguments[0]], "global::System.Runtime.InteropServices.CollectionsMarshal.AsSpan({0})");
            case "System.Collections.Immutable.ImmutableArray<T>":
                return new KeyCollection(KeyCollectionKind.Span, [named.TypeArguments[0]], "{0}.AsSpan()");
            case "System.Collections.Generic.IReadOnlyCollection<T>" or "System.Collections.Generic.ICollection<T>":
                return new KeyCollection(KeyCollectionKind.List, [named.TypeArguments[0]], "");
        }

        if (Face(named, "System.Collections.Generic.IReadOnlyDictionary<TKey, TValue>", "System.Collections.Generic.IDictionary<TKey, TValue>") is { } map)
            return new KeyCollection(KeyCollectionKind.Dictionary, [.. map.TypeArguments], "");
        if (Face(named, "System.Collections.Generic.IReadOnlySet<T>", "System.Collections.Generic.ISet<T>", "System.Collections.Immutable.IImmutableSet<T>") is { } set)
            return new KeyCollection(KeyCollectionKind.Set, [.. set.TypeArguments], "");
        if (Face(named, "System.Collections.Generic.IReadOnlyList<T>", "System.Collections.Generic.IList<T>") is { } list && named.SpecialType != SpecialType.System_String && named.IsReferenceType)
            return new KeyCollection(KeyCollectionKind.List, [.. list.TypeArguments], "");
        return null;
    }

    /// <summary>Whether <c>CacheKeyWriter.Append</c> writes a value of the type by itself, as it does with elements of collections.</summary>
    public static bool IsAppendable(ITypeSymbol type, KnownTypes known) =>
        IsScalar(type)
        || known.IsKeyPart(type)
        || type is ITypeParameterSymbol
        || (NullableOf(type) is { } value && IsAppendable(value, known))
        || (type is INamedTypeSymbol { IsTupleType: true } tuple && tuple.TupleElements.All(element => IsAppendable(element.Type, known)))
        || (CollectionOf(type) is { } collection && type.TypeKind != TypeKind.Interface && collection.Elements.All(element => IsAppendable(element, known)));

    public static bool IsRecord(ITypeSymbol type) => type is INamedTypeSymbol { IsRecord: true };

    /// <summary>The properties that are all there is of a record, or <see langword="null"/> and why not.</summary>
    public static IPropertySymbol[]? PropertiesOf(INamedTypeSymbol record, out string? problem)
    {
        problem = null;
        if (record.IsReferenceType && !record.IsSealed)
            problem = $"the record '{record.Name}' is not sealed, and a derived one may hold more";
        else if (record.BaseType is { SpecialType: not SpecialType.System_Object and not SpecialType.System_ValueType })
            problem = $"the record '{record.Name}' is derived, and what it inherits is not known to be all";

        IPropertySymbol[] properties = [.. record.GetMembers().OfType<IPropertySymbol>().Where(static p => p is { IsStatic: false, IsIndexer: false, GetMethod: not null, DeclaredAccessibility: Accessibility.Public })];
        IFieldSymbol[] fields = [.. record.GetMembers().OfType<IFieldSymbol>().Where(static field => !field.IsStatic)];
        foreach (IFieldSymbol field in fields)
        {
            if (field.AssociatedSymbol is not IPropertySymbol && !IsBackingField(field))
                problem ??= $"the record '{record.Name}' has the field '{field.Name}' besides its properties";
            else if (field.AssociatedSymbol is IPropertySymbol { DeclaredAccessibility: not Accessibility.Public } hidden)
                problem ??= $"the property '{hidden.Name}' of the record '{record.Name}' is not public";
        }

        // What is computed says nothing more. In a compiled assembly it cannot be told apart, and is written as well.
        if (record.DeclaringSyntaxReferences.Length > 0)
            properties = [.. properties.Where(property => fields.Any(field => SymbolEqualityComparer.Default.Equals(field.AssociatedSymbol, property)))];
        if (properties.FirstOrDefault(static p => p.SetMethod is { IsInitOnly: false }) is { } mutable)
            problem ??= $"the property '{mutable.Name}' of the record '{record.Name}' can be changed";
        return problem is null ? properties : null;
    }

    /// <summary>Whether a value of the type can be neither captured nor kept: it lives on the stack, or is a pointer or has one.</summary>
    public static bool CannotBeKept(ITypeSymbol type) => type switch
    {
        ITypeParameterSymbol parameter => parameter.AllowsRefLikeType,
        IPointerTypeSymbol or IFunctionPointerTypeSymbol => true,
        IArrayTypeSymbol array => CannotBeKept(array.ElementType),
        _ => type.IsRefLikeType,
    };

    /// <summary>Why a type cannot be part of a key.</summary>
    public static string Reason(ITypeSymbol type) => type switch
    {
        IArrayTypeSymbol { Rank: > 1 } => "arrays of several dimensions are not supported; pass an array of arrays",
        { TypeKind: TypeKind.Delegate } => "two delegates that do the same are not equal",
        { TypeKind: TypeKind.Pointer or TypeKind.FunctionPointer } => "it is a pointer",
        IArrayTypeSymbol array when CannotBeKept(array) => "it has pointers",
        ITypeParameterSymbol => "it may live on the stack; take 'allows ref struct' off, or pass something else",
        { IsRefLikeType: true } => "it lives on the stack; pass an array, memory or string",
        { SpecialType: SpecialType.System_Object } or { TypeKind: TypeKind.Dynamic } => "it can be anything",
        { TypeKind: TypeKind.Interface } when type.AllInterfaces.Any(static face => face.SpecialType == SpecialType.System_Collections_IEnumerable) => "reading the sequence may compute or change something; take an IReadOnlyList<T>",
        { IsRecord: true } => "a record has to be written member by member, which only an argument itself is",
        { TypeKind: TypeKind.Interface } => "nothing says what tells two of them apart",
        { IsReferenceType: true } => "it is mutable, or nothing says what tells two of them apart",
        _ => "nothing says what tells two of them apart",
    };

    private static INamedTypeSymbol? Face(INamedTypeSymbol type, params string[] names) =>
        new[] { type }.Concat(type.AllInterfaces).FirstOrDefault(face => names.Contains(TypeText.Plain(face.OriginalDefinition)));

    // In a compiled assembly a property's field is known by its name only.
    private static bool IsBackingField(IFieldSymbol field) => field.Name.StartsWith("<", StringComparison.Ordinal);

    // A collection of somebody's own may hold more than its elements.
    private static bool IsOfTheRuntime(INamedTypeSymbol type)
    {
        string space = type.ContainingNamespace.ToDisplayString();
        return space == "System" || space.StartsWith("System.", StringComparison.Ordinal);
    }
}
