using Larder.Memoize.Generation.Model;
using Microsoft.CodeAnalysis;

namespace Larder.Memoize.Generation.Parsing;

/// <summary>How a method hands its result out.</summary>
internal static class Shapes
{
    public static ReturnShape Of(ITypeSymbol type, out ITypeSymbol? result)
    {
        result = null;
        if (type.SpecialType == SpecialType.System_Void)
            return ReturnShape.Nothing;
        if (type is INamedTypeSymbol { Name: "Task" or "ValueTask", ContainingNamespace: { Name: "Tasks", ContainingNamespace: { Name: "Threading", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } } } } named)
        {
            ReturnShape? shape = (named.Name, named.Arity) switch
            {
                ("Task", 0) => ReturnShape.PlainTask,
                ("ValueTask", 0) => ReturnShape.PlainValueTask,
                ("Task", 1) => ReturnShape.Task,
                ("ValueTask", 1) => ReturnShape.ValueTask,
                _ => null,
            };
            if (shape is { } known)
            {
                result = named.Arity == 1 ? named.TypeArguments[0] : null;
                return known;
            }
        }

        result = type;
        return ReturnShape.Value;
    }

    public static bool IsAsync(ITypeSymbol type) => Of(type, out _) is not (ReturnShape.Nothing or ReturnShape.Value);

    /// <summary>Whether reading the result is what computes it, or uses it up.</summary>
    public static bool IsComputedWhileRead(ITypeSymbol? type) => IsReadOnce(type) || (type is { TypeKind: TypeKind.Interface } && type.OriginalDefinition.ToDisplayString() is
        "System.Collections.Generic.IEnumerable<T>" or
        "System.Collections.IEnumerable" or
        "System.Linq.IOrderedEnumerable<TElement>");

    /// <summary>The same, and it cannot be a list that is merely called a sequence.</summary>
    public static bool IsReadOnce(ITypeSymbol? type) => IsStream(type) || (type is { TypeKind: TypeKind.Interface } or { Name: "ParallelQuery" or "OrderedParallelQuery" } && type.OriginalDefinition.ToDisplayString() is
        "System.Collections.Generic.IAsyncEnumerable<T>" or
        "System.Collections.Generic.IAsyncEnumerator<T>" or
        "System.Collections.Generic.IEnumerator<T>" or
        "System.Collections.IEnumerator" or
        "System.Linq.IQueryable<T>" or
        "System.Linq.IQueryable" or
        "System.Linq.IOrderedQueryable<T>" or
        "System.Linq.IOrderedQueryable" or
        "System.Linq.ParallelQuery<TSource>" or
        "System.Linq.ParallelQuery" or
        "System.Linq.OrderedParallelQuery<TSource>");

    public static bool CanBeNull(ITypeSymbol type) =>
        KeyTypes.NullableOf(type) is not null || (!type.IsValueType && type.NullableAnnotation != NullableAnnotation.NotAnnotated)
        || type is ITypeParameterSymbol { HasValueTypeConstraint: false, HasNotNullConstraint: false };

    /// <summary>Whether a method that returns the one can be the body of one that returns the other.</summary>
    public static bool Fits(IMethodSymbol method, ITypeSymbol body)
    {
        ReturnShape wanted = Of(method.ReturnType, out ITypeSymbol? result);
        ReturnShape given = Of(body, out ITypeSymbol? bodyResult);
        if (result is null ? bodyResult is not null : bodyResult is null || !Bodies.Same(result, bodyResult))
            return false;

        return wanted == given
            || (wanted is ReturnShape.Task or ReturnShape.ValueTask && given is ReturnShape.Task or ReturnShape.ValueTask)
            || (wanted is ReturnShape.PlainTask or ReturnShape.PlainValueTask && given is ReturnShape.PlainTask or ReturnShape.PlainValueTask);
    }

    private static bool IsStream(ITypeSymbol? type)
    {
        for (; type is { TypeKind: TypeKind.Class }; type = type.BaseType)
        {
            if (type is { Name: "Stream", ContainingNamespace: { Name: "IO", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } } })
                return true;
        }

        return false;
    }
}
