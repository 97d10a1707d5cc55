using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Larder.Memoize.CodeFixes;

/// <summary>
/// Makes a method with <c>[Memoize]</c> or <c>[Invalidates]</c> partial: its body moves to a method of its own, and every
/// type around it becomes partial.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(MemoizeCodeFix))]
[Shared]
public sealed class MemoizeCodeFix : CodeFixProvider
{
    private const string MethodNotPartial = "LARDER001";
    private const string TypeNotPartial = "LARDER002";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => [MethodNotPartial, TypeNotPartial];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        SyntaxNode? root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        foreach (Diagnostic diagnostic in context.Diagnostics)
        {
            if (root?.FindNode(diagnostic.Location.SourceSpan).FirstAncestorOrSelf<MethodDeclarationSyntax>() is not { } method)
                continue;
            if (diagnostic.Id == TypeNotPartial)
            {
                Register("Make the type partial", () => PartialMethod.OpenTypes(root, method));
            }
            else if (method.Body is not null || method.ExpressionBody is not null)
            {
                string name = PartialMethod.NameOfBody(method);
                Register($"Make '{method.Identifier.Text}' partial and move its body to '{name}'", () => PartialMethod.Split(root, method, name));
            }

            void Register(string title, Func<SyntaxNode> change) =>
                context.RegisterCodeFix(CodeAction.Create(title, _ => Task.FromResult(context.Document.WithSyntaxRoot(change())), diagnostic.Id), diagnostic);
        }
    }
}
