using Larder.Memoize.Generation.Model;

namespace Larder.Memoize.Generation.Emission;

/// <summary>
/// What a factory needs of the call: the object and the arguments, in a tuple, so that the factory is a static lambda.
/// </summary>
internal sealed class CallState
{
    private static readonly string[] Reserved = ["Self", "Cache", "Rest", "CompareTo", "Deconstruct", "Equals", "GetHashCode", "GetType", "ToString"];

    private readonly List<(string Name, string Value)> _items = [];
    private readonly string _call;

    public CallState(MethodModel method, string call)
    {
        _call = call;
        if (!method.IsStatic && method.Body.Owner is null)
            _items.Add(("Self", "this"));
        if (method.Options.Verbose)
            _items.Add(("Cache", Fresh("cache", method.Parameters)));
        foreach (ParameterModel parameter in method.Parameters.Where(static p => p.Role != ParameterRole.Token))
            _items.Add((NameOf(parameter.Name), parameter.Name));
    }

    /// <summary>A name that no parameter has.</summary>
    public static string Fresh<TParameters>(string name, TParameters parameters)
        where TParameters : IReadOnlyList<ParameterModel>
    {
        while (IsTaken(name, parameters))
            name += "_";
        return name;
    }

    private static bool IsTaken<TParameters>(string name, TParameters parameters)
        where TParameters : IReadOnlyList<ParameterModel>
    {
        for (int i = 0; i < parameters.Count; i++)
        {
            if (parameters[i].Name.TrimStart('@') == name)
                return true;
        }

        return false;
    }

    public bool IsEmpty => _items.Count == 0;

    /// <summary>The expression that makes it.</summary>
    public string Expression => _items.Count switch
    {
        0 => "0",
        1 => _items[0].Value,
        _ => $"({string.Join(", ", _items.Select(static item => item.Name == item.Value ? item.Value : $"{item.Name}: {item.Value}"))})",
    };

    /// <summary>How the factory reads an item.</summary>
    public string this[string name]
    {
        get
        {
            string item = name is "Self" or "Cache" ? name : NameOf(name);
            return _items.Count == 1 ? _call : $"{_call}.{item}";
        }
    }

    private static string NameOf(string parameter) =>
        Reserved.Contains(parameter) || parameter.StartsWith("Item", StringComparison.Ordinal) ? parameter + "_" : parameter;
}
