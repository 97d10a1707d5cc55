using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static Microsoft.CodeAnalysis.CSharp.SyntaxFactory;

namespace Larder.Memoize.CodeFixes;

/// <summary>Calls <c>GetOrSetAsync</c> where <c>GetOrSet</c> would cache the task.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(CachedTaskCodeFix))]
[Shared]
public sealed class CachedTaskCodeFix : CodeFixProvider
{
    private const string Wanted = "GetOrSetAsync";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => ["LARDER019"];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        SyntaxNode? root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        foreach (Diagnostic diagnostic in context.Diagnostics)
        {
            // One that says its types would need other types as well.
            if (root?.FindNode(diagnostic.Location.SourceSpan) is not IdentifierNameSyntax { Identifier.ValueText: "GetOrSet" } name)
                continue;
            SyntaxNode changed = root.ReplaceNode(name, name.WithIdentifier(Identifier(Wanted).WithTriviaFrom(name.Identifier)));
            context.RegisterCodeFix(CodeAction.Create($"Call '{Wanted}'", _ => Task.FromResult(context.Document.WithSyntaxRoot(changed)), diagnostic.Id), diagnostic);
        }
    }
}
