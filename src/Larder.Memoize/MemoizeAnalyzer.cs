using System.Collections.Immutable;
using Larder.Memoize.Generation.Diagnostics;
using Larder.Memoize.Generation.Model;
using Larder.Memoize.Generation.Parsing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Larder.Memoize.Generation;

/// <summary>
/// Reports what is wrong with <c>[Memoize]</c> and <c>[Invalidates]</c> methods. It reads them with the generator's own
/// parsers: what the one does not write, the other explains.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class MemoizeAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [.. Rules.All];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(static start =>
        {
            if (KnownTypes.From(start.Compilation) is { } known)
                start.RegisterSymbolAction(symbol => Analyze(symbol, known), SymbolKind.Method);
        });
    }

    private static void Analyze(SymbolAnalysisContext context, KnownTypes known)
    {
        var method = (IMethodSymbol)context.Symbol;
        if (method.PartialDefinitionPart is not null)
            return;
        AttributeData? memoize = KnownTypes.Find(method, KnownTypes.Memoize);
        bool invalidates = KnownTypes.Find(method, KnownTypes.Invalidates) is not null;
        if (memoize is null && !invalidates)
            return;

        var findings = new Findings(context.ReportDiagnostic);
        if (method.ContainingType.TypeKind != TypeKind.Interface)
        {
            if (memoize is not null)
                MethodParser.Parse(known, method, memoize, findings);
            if (invalidates)
                InvalidatorParser.Parse(known, method, findings);
            return;
        }

        TypeModel decorator = DecoratorParser.TypeOf(method.ContainingType);
        if (memoize is not null)
        {
            MethodParser.ParseDecorated(known, method, memoize, decorator, findings);
            if (DecoratorParser.IsFirst(method))
                DecoratorParser.CheckPlace(method.ContainingType, findings);
        }

        if (invalidates)
            InvalidatorParser.ParseDecorated(known, method, decorator, findings);
    }
}
