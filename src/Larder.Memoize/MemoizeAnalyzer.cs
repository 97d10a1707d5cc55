using System.Collections.Immutable;
using Larder.Memoize.Generation.Diagnostics;
using Larder.Memoize.Generation.Model;
using Larder.Memoize.Generation.Parsing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
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
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [.. Rules.OfMethods];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(static start =>
        {
            if (KnownTypes.From(start.Compilation) is { } known)
                start.RegisterSymbolAction(symbol => Analyze(symbol, known), SymbolKind.NamedType);
            start.RegisterSyntaxNodeAction(AnalyzeFunction, SyntaxKind.LocalFunctionStatement, SyntaxKind.ParenthesizedLambdaExpression, SyntaxKind.SimpleLambdaExpression);
        });
    }

    // By type: the half of a partial method that the compiler hands out is the generated one.
    private static void Analyze(SymbolAnalysisContext context, KnownTypes known)
    {
        foreach (IMethodSymbol method in ((INamedTypeSymbol)context.Symbol).GetMembers().OfType<IMethodSymbol>().Where(static m => !m.IsImplicitlyDeclared))
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            Analyze(context, method.PartialDefinitionPart ?? method, known);
        }
    }

    // No member of a type: nobody else would say that the attribute does nothing there.
    private static void AnalyzeFunction(SyntaxNodeAnalysisContext context)
    {
        SyntaxList<AttributeListSyntax> attributes = context.Node is LocalFunctionStatementSyntax local ? local.AttributeLists : ((LambdaExpressionSyntax)context.Node).AttributeLists;
        if (attributes.Count == 0)
            return;
        ISymbol? function = context.Node is LocalFunctionStatementSyntax ? context.SemanticModel.GetDeclaredSymbol(context.Node) : context.SemanticModel.GetSymbolInfo(context.Node).Symbol;
        if (function is not null && function.GetAttributes().Any(static data => KnownTypes.IsCalled(data, KnownTypes.Memoize) || KnownTypes.IsCalled(data, KnownTypes.Invalidates)))
            new Findings(context.ReportDiagnostic).Add(Rules.WrongPlace, function, function.Name.Length > 0 ? function.Name : "=>", "it is no member of a type; make it one, or wrap the function with cache.Memoize");
    }

    private static void Analyze(SymbolAnalysisContext context, IMethodSymbol method, KnownTypes known)
    {
        AttributeData? memoize = KnownTypes.Find(method, KnownTypes.Memoize);
        bool invalidates = KnownTypes.Find(method, KnownTypes.Invalidates) is not null;
        if (memoize is null && !invalidates)
            return;

        var findings = new Findings(context.ReportDiagnostic);
        if (method.ContainingType.TypeKind != TypeKind.Interface)
        {
            if (memoize is not null)
                MethodParser.Parse(known, method, memoize, findings, Declaration.Of(method));
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
            InvalidatorParser.ParseDecorated(known, method, decorator, DecoratorParser.MethodsOf(known, method.ContainingType, decorator), findings);
    }
}
