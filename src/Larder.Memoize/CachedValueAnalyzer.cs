using System.Collections.Immutable;
using Larder.Memoize.Generation.Diagnostics;
using Larder.Memoize.Generation.Parsing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Larder.Memoize.Generation;

/// <summary>
/// Reports calls that cache a task, a stream or a query in place of its result. <c>cache.GetOrSet(key, _ =&gt; LoadAsync())</c> compiles, and keeps the
/// task, also when it has failed.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class CachedValueAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Rules.NoResult];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(static start =>
        {
            if (KnownTypes.From(start.Compilation) is { } known)
                start.RegisterOperationAction(operation => Analyze(operation, known), OperationKind.Invocation);
        });
    }

    private static void Analyze(OperationAnalysisContext context, KnownTypes known)
    {
        IMethodSymbol method = ((IInvocationOperation)context.Operation).TargetMethod;
        if (!Caches(method, known))
            return;
        // Of a state and a value, the value comes last.
        ITypeSymbol value = method.TypeArguments[method.Arity - 1];
        bool isTask = Shapes.IsAsync(value);
        if (!isTask && !Shapes.IsReadOnce(value))
            return;
        string advice = isTask
            ? $"which stays when it has failed and which no store can keep; {(method.Name == "GetOrSet" ? "call GetOrSetAsync" : "await it first")}"
            : "which is computed or consumed while it is read; cache a list, or what was read";
        context.ReportDiagnostic(Diagnostic.Create(Rules.NoResult, Place(context.Operation.Syntax), method.Name, value.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat), advice));
    }

    private static bool Caches(IMethodSymbol method, KnownTypes known)
    {
        if (method.Arity == 0 || method.Name is not ("GetOrSet" or "GetOrSetAsync" or "GetOrSetMany" or "GetOrSetManyAsync" or "Set" or "SetAsync"))
            return false;
        return known.IsCache(method.ContainingType) || (method.IsExtensionMethod && known.IsCache((method.ReducedFrom ?? method).Parameters[0].Type));
    }

    private static Location Place(SyntaxNode call) => call is not InvocationExpressionSyntax invocation ? call.GetLocation() : invocation.Expression switch
    {
        MemberAccessExpressionSyntax access => access.Name.GetLocation(),
        MemberBindingExpressionSyntax binding => binding.Name.GetLocation(),
        ExpressionSyntax other => other.GetLocation(),
    };
}
