using Larder.Memoize.Generation.Parsing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;
using static Microsoft.CodeAnalysis.CSharp.SyntaxFactory;

namespace Larder.Memoize.CodeFixes;

/// <summary>Splits a method into a partial declaration and a method with its body.</summary>
internal static class PartialMethod
{
    /// <summary>The name that the generator looks for, or one like it that is free.</summary>
    public static string NameOfBody(MethodDeclarationSyntax method)
    {
        string wanted = Bodies.DefaultName(method.Identifier.ValueText);
        HashSet<string> taken = [.. ((TypeDeclarationSyntax)method.Parent!).Members.SelectMany(NamesOf)];
        string name = wanted;
        for (int i = 2; taken.Contains(name); i++)
            name = FormattableString.Invariant($"{wanted}{i}");
        return name;
    }

    public static SyntaxNode Split(SyntaxNode root, MethodDeclarationSyntax method, string bodyName)
    {
        MethodDeclarationSyntax declaration = Declaration(method, bodyName);
        MethodDeclarationSyntax body = Body(method, bodyName);
        var mark = new SyntaxAnnotation();
        root = root.ReplaceNode(method, [declaration.WithAdditionalAnnotations(mark), body]);
        return OpenTypes(root, root.GetAnnotatedNodes(mark).Single());
    }

    /// <summary>Makes every type around a member partial.</summary>
    public static SyntaxNode OpenTypes(SyntaxNode root, SyntaxNode member) =>
        root.ReplaceNodes(
            member.Ancestors().OfType<TypeDeclarationSyntax>().Where(static type => !type.Modifiers.Any(SyntaxKind.PartialKeyword)),
            static (_, type) => WithModifier(type, SyntaxKind.PartialKeyword));

    private static TypeDeclarationSyntax WithModifier(TypeDeclarationSyntax type, SyntaxKind kind)
    {
        SyntaxToken modifier = Token(kind).WithTrailingTrivia(Space);
        if (type.Modifiers.Count > 0)
            return type.WithModifiers(type.Modifiers.Add(modifier));

        // What stands before the keyword (comments, indentation) now stands before the modifier.
        SyntaxToken keyword = type.Keyword;
        return type.WithKeyword(keyword.WithLeadingTrivia()).WithModifiers(TokenList(modifier.WithLeadingTrivia(keyword.LeadingTrivia)));
    }

    private static MethodDeclarationSyntax Declaration(MethodDeclarationSyntax method, string bodyName)
    {
        SyntaxTokenList modifiers = TokenList([.. WithAccess(method).Where(static m => !m.IsKind(SyntaxKind.AsyncKeyword)), Token(SyntaxKind.PartialKeyword).WithTrailingTrivia(Space)]);
        bool isUsualName = bodyName == Bodies.DefaultName(method.Identifier.ValueText);
        return method
            .WithAttributeLists(List(method.AttributeLists.Select(list => list.WithAttributes(SeparatedList(list.Attributes.Select(a => Named(a, bodyName, isUsualName)), list.Attributes.GetSeparators())))))
            .WithModifiers(modifiers)
            .WithReturnType(method.ReturnType.WithLeadingTrivia())
            .WithBody(null)
            .WithExpressionBody(null)
            .WithParameterList(method.ParameterList.WithTrailingTrivia())
            .WithSemicolonToken(Token(SyntaxKind.SemicolonToken).WithTrailingTrivia(ElasticCarriageReturnLineFeed, ElasticCarriageReturnLineFeed))
            .WithAdditionalAnnotations(Formatter.Annotation);
    }

    // A partial method that returns something has to say how it can be reached.
    private static IEnumerable<SyntaxToken> WithAccess(MethodDeclarationSyntax method)
    {
        if (method.Modifiers.Any(static m => m.Kind() is SyntaxKind.PublicKeyword or SyntaxKind.InternalKeyword or SyntaxKind.ProtectedKeyword or SyntaxKind.PrivateKeyword))
            return method.Modifiers;
        SyntaxToken first = method.Modifiers.Count > 0 ? method.Modifiers[0] : method.ReturnType.GetFirstToken();
        SyntaxToken access = Token(SyntaxKind.PrivateKeyword).WithLeadingTrivia(first.LeadingTrivia).WithTrailingTrivia(Space);
        return method.Modifiers.Select(static (m, i) => i == 0 ? m.WithLeadingTrivia() : m).Prepend(access);
    }

    // The body keeps its own layout; defaults and attributes belong to what is called from outside.
    private static MethodDeclarationSyntax Body(MethodDeclarationSyntax method, string name)
    {
        IEnumerable<SyntaxToken> kept = method.Modifiers.Where(static m => m.Kind() is SyntaxKind.StaticKeyword or SyntaxKind.AsyncKeyword or SyntaxKind.UnsafeKeyword or SyntaxKind.ReadOnlyKeyword);
        IEnumerable<ParameterSyntax> parameters = method.ParameterList.Parameters.Select(static p => p.WithDefault(null).WithAttributeLists(default));
        return method
            .WithAttributeLists(default)
            .WithModifiers(TokenList([Token(SyntaxKind.PrivateKeyword).WithTrailingTrivia(Space), .. kept.Select(static m => m.WithLeadingTrivia().WithTrailingTrivia(Space))]))
            .WithReturnType(method.ReturnType.WithLeadingTrivia())
            .WithIdentifier(Identifier(name).WithTriviaFrom(method.Identifier))
            .WithParameterList(method.ParameterList.WithParameters(SeparatedList(parameters.Select(static p => p.WithTrailingTrivia()), method.ParameterList.Parameters.GetSeparators())))
            .WithLeadingTrivia(ElasticMarker)
            .WithAdditionalAnnotations(Formatter.Annotation);
    }

    // Whatever the attribute said of a body before, the body is here now.
    private static AttributeSyntax Named(AttributeSyntax attribute, string bodyName, bool isUsualName)
    {
        string name = attribute.Name is QualifiedNameSyntax qualified ? qualified.Right.Identifier.Text : attribute.Name.ToString();
        bool isMemoize = name is "Memoize" or "MemoizeAttribute";
        if (!isMemoize && name is not ("Invalidates" or "InvalidatesAttribute"))
            return attribute;

        AttributeArgumentSyntax[] given = attribute.ArgumentList is { } list ? [.. list.Arguments] : [];
        IEnumerable<AttributeArgumentSyntax> others = given.Where(a => isMemoize ? a.NameEquals is not null : a.NameEquals?.Name.Identifier.Text != "Body");
        ExpressionSyntax nameOf = ParseExpression($"nameof({bodyName})");
        AttributeArgumentSyntax[] arguments = (isUsualName, isMemoize) switch
        {
            (true, _) => [.. others],
            (_, true) => [AttributeArgument(nameOf), .. others],
            _ => [.. others, AttributeArgument(nameOf).WithNameEquals(NameEquals("Body"))],
        };
        return attribute.WithArgumentList(arguments.Length == 0 ? null : AttributeArgumentList(SeparatedList(arguments.Select(static a => a.WithoutTrivia().WithAdditionalAnnotations(Formatter.Annotation)))));
    }

    private static IEnumerable<string> NamesOf(MemberDeclarationSyntax member) => member switch
    {
        MethodDeclarationSyntax m => [m.Identifier.ValueText],
        PropertyDeclarationSyntax p => [p.Identifier.ValueText],
        BaseTypeDeclarationSyntax t => [t.Identifier.ValueText],
        BaseFieldDeclarationSyntax f => f.Declaration.Variables.Select(static v => v.Identifier.ValueText),
        _ => [],
    };
}
