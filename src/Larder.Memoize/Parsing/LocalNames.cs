using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace Larder.Memoize.Generation.Parsing;

/// <summary>Names for the locals of one generated method: none is a parameter's, and none is given twice.</summary>
internal sealed class LocalNames(ImmutableArray<IParameterSymbol> parameters)
{
    // Few methods need a local at all.
    private HashSet<string>? _taken;

    public string Fresh(string name)
    {
        _taken ??= [.. parameters.Select(static p => p.Name)];
        while (!_taken.Add(name))
            name += "_";
        return name;
    }
}
