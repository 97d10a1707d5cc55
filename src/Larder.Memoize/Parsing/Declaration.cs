using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Larder.Memoize.Generation.Parsing;

/// <summary>
/// How a method is written down. Much that the compiler works out when it is asked is plain to see there: that nothing
/// has an attribute, a default value or documentation, or that two types are the same one.
/// </summary>
internal sealed class Declaration
{
    private const string Param = "<param";

    private readonly MethodDeclarationSyntax? _syntax;

    private Declaration(MethodDeclarationSyntax? syntax) => _syntax = syntax;

    /// <summary>The declaration of a method; of one from a compiled assembly, which has none, nothing is known.</summary>
    public static Declaration Of(IMethodSymbol method) =>
        new(method.DeclaringSyntaxReferences is { Length: 1 } references ? references[0].GetSyntax() as MethodDeclarationSyntax : null);

    /// <summary>The same, when the syntax is at hand.</summary>
    public static Declaration Of(SyntaxNode syntax) => new(syntax as MethodDeclarationSyntax);

    /// <summary>The modifiers but <c>partial</c>.</summary>
    public IEnumerable<string> Modifiers =>
        _syntax is null ? [] : _syntax.Modifiers.Where(static m => !m.IsKind(SyntaxKind.PartialKeyword)).Select(static m => m.Text);

    /// <summary>Whether a parameter may have attributes.</summary>
    public bool MayHaveAttributes(int parameter) => ParameterAt(parameter) is not { AttributeLists.Count: 0 };

    /// <summary>Whether a parameter may have a default value.</summary>
    public bool MayHaveDefault(int parameter) => ParameterAt(parameter) is not { Default: null, AttributeLists.Count: 0 };

    /// <summary>Whether its documentation may say something of a parameter. Most say nothing, and the compiler resolves every reference in them.</summary>
    public bool MayTellOfParameters()
    {
        if (_syntax is null || !_syntax.SyntaxTree.TryGetText(out SourceText? text))
            return true;

        // What stands before it, as it is written: comments, too.
        int end = _syntax.SpanStart - Param.Length;
        for (int i = _syntax.FullSpan.Start; i <= end; i++)
        {
            if (text[i] == Param[0] && IsParam(text, i))
                return true;
        }

        return false;
    }

    private static bool IsParam(SourceText text, int start)
    {
        for (int i = 1; i < Param.Length; i++)
        {
            if (text[start + i] != Param[i])
                return false;
        }

        return true;
    }

    /// <summary>
    /// Whether another method certainly takes the same parameters and returns the same: it is written in the same place,
    /// where the same words mean the same types, and in the same words.
    /// </summary>
    /// <param name="other">The other method.</param>
    /// <param name="parameters">This method's parameters.</param>
    /// <param name="takesToken">Whether it has the cancellation token among its parameters; without it, it is the same all the same.</param>
    public bool IsWrittenAs(Declaration other, ImmutableArray<IParameterSymbol> parameters, out bool takesToken)
    {
        takesToken = false;
        if (_syntax is not { TypeParameterList: null } own || other._syntax is not { TypeParameterList: null } theirs || own.Parent != theirs.Parent || !own.ReturnType.IsEquivalentTo(theirs.ReturnType))
            return false;
        SeparatedSyntaxList<ParameterSyntax> wanted = own.ParameterList.Parameters;
        SeparatedSyntaxList<ParameterSyntax> given = theirs.ParameterList.Parameters;
        bool isComplete = wanted.Count == given.Count;
        int next = 0;
        for (int i = 0; i < wanted.Count; i++)
        {
            bool isToken = MethodParser.IsToken(parameters[i].Type);
            if (isToken && !isComplete)
                continue;
            if (next == given.Count || !AreSame(wanted[i], given[next]))
                return false;
            takesToken |= isToken;
            next++;
        }

        return next == given.Count;
    }

    private static bool AreSame(ParameterSyntax a, ParameterSyntax b) =>
        a is { Modifiers.Count: 0, Type: { } type } && b is { Modifiers.Count: 0, Type: { } other } && type.IsEquivalentTo(other);

    private ParameterSyntax? ParameterAt(int index) =>
        _syntax is not null && index < _syntax.ParameterList.Parameters.Count ? _syntax.ParameterList.Parameters[index] : null;
}
