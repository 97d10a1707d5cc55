using Microsoft.CodeAnalysis;

namespace Larder.Memoize.Generation.Diagnostics;

/// <summary>What reading a method found wrong. The generator only wants to know whether there was an error; the analyzer reports each.</summary>
internal sealed class Findings(Action<Diagnostic>? report)
{
    public bool HasErrors { get; private set; }

    /// <summary>Whether nobody reads them: code is generated.</summary>
    public bool IsSilent => report is null;

    public void Add(DiagnosticDescriptor rule, ISymbol where, params object[] arguments) => Add(rule, where.Locations.FirstOrDefault(), arguments);

    public void Add(DiagnosticDescriptor rule, AttributeData where, ISymbol otherwise, params object[] arguments)
    {
        // The analyzer has the attribute's place; the generator does not ask for it.
        Location? place = report is null ? null : where.ApplicationSyntaxReference is { } syntax ? Location.Create(syntax.SyntaxTree, syntax.Span) : otherwise.Locations.FirstOrDefault();
        Add(rule, place, arguments);
    }

    private void Add(DiagnosticDescriptor rule, Location? location, object[] arguments)
    {
        HasErrors |= rule.DefaultSeverity == DiagnosticSeverity.Error;
        report?.Invoke(Diagnostic.Create(rule, location, arguments));
    }
}
