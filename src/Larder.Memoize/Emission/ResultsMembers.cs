using Larder.Memoize.Generation.Model;

namespace Larder.Memoize.Generation.Emission;

/// <summary>Writes the members of one handle.</summary>
internal sealed class ResultsMembers
{
    public const string TokenType = "global::System.Threading.CancellationToken";

    private readonly ParameterModel[] _parameters;
    private readonly string _keyArguments;
    private readonly bool _keyMayFail;

    public ResultsMembers(MethodModel method, SourceWriter writer)
    {
        ParameterModel? context = method.ContextParameter;
        _parameters = [.. method.Parameters.Where(p => p.Role == ParameterRole.Key || p == context)];
        _keyArguments = HandleEmitter.KeyArguments(method, "this._owner");
        _keyMayFail = method.KeyMayFail;
        Method = method;
        Writer = writer;
        Holder = method.HolderReference;
        Handle = HandleEmitter.Call(method, context?.Name, "this._owner");
        Key = $"{Holder}.KeyFor({_keyArguments})";
        Token = Fresh("cancellationToken");
        IsDocumented = Array.Exists(_parameters, static p => p.Documentation.Length > 0);
        ParametersWithoutDefaults = Declare(defaults: false);
        Parameters = Array.Exists(_parameters, static p => p.Default.Length > 0) ? Declare() : ParametersWithoutDefaults;
        KeyParameters = context is null ? Parameters : Declare(context: false);
    }

    public MethodModel Method { get; }

    public SourceWriter Writer { get; }

    public string Holder { get; }

    public string Handle { get; }

    public string Cache => Method.IsStatic ? $"{Method.UniqueName}Cache()" : $"this._owner.{Method.UniqueName}Cache()";

    /// <summary>The expression of the key.</summary>
    public string Key { get; }

    /// <summary>The name of a cancellation token.</summary>
    public string Token { get; }

    /// <summary>Whether the documentation says something of a parameter. If it does not, nothing is made up.</summary>
    public bool IsDocumented { get; }

    /// <summary>The parameters, as most members declare them.</summary>
    public string Parameters { get; }

    public string ParametersWithoutDefaults { get; }

    /// <summary>Those that are part of the key.</summary>
    public string KeyParameters { get; }

    /// <summary>What stands between these and another one.</summary>
    public string Comma => _parameters.Length == 0 ? "" : ", ";

    /// <summary>A name that no parameter of the handle has.</summary>
    public string Fresh(string name) => CallState.Fresh(name, _parameters);

    public void Summary(string text) => Writer.Line($"/// <summary>{text}</summary>");

    public void Parameter(string name, string text) => Writer.Line($"/// <param name=\"{name.TrimStart('@')}\">{text}</param>");

    public void Returns() => Writer.Line("/// <returns>Whether there was one.</returns>");

    public void Documentation()
    {
        if (IsDocumented)
            Document(_parameters);
    }

    public void KeyDocumentation()
    {
        if (IsDocumented)
            Document(_parameters.Where(static p => p.Role == ParameterRole.Key));
    }

    /// <summary>Takes over what the synchronous twin says: all of it, since the compiler complains of parameters that are described beside others that are not.</summary>
    public void DocumentationOf(string name) => Writer.Line($"/// <inheritdoc cref=\"{name}\"/>");

    /// <summary>Writes the body of a member that calls its namesake of <c>ICache</c> with the key.</summary>
    /// <param name="name">The member, whose declaration is begun.</param>
    /// <param name="typeArgument">The type argument of its namesake; empty when it has none.</param>
    /// <param name="argument">What the namesake takes besides the key; empty when there is nothing.</param>
    /// <param name="otherwise">What is done when an argument cannot be part of a key: no result can be there.</param>
    public void WithKey(string name, string typeArgument, string argument, string otherwise)
    {
        string type = typeArgument.Length == 0 ? "" : $"<{typeArgument}>";
        string comma = argument.Length == 0 ? "" : ", ";
        if (!_keyMayFail)
        {
            Writer.Line($" => {Handle}.{name}{type}({Key}{comma}{argument});");
            Writer.Line();
            return;
        }

        string cache = Fresh("cache");
        string key = Fresh("key");
        Writer.Line();
        Writer.Open();
        Writer.Line($"global::Larder.ICache {cache} = {Handle};");
        Writer.Open($"if ({Holder}.TryKeyFor({cache}{(_keyArguments.Length == 0 ? "" : ", ")}{_keyArguments}) is not {{ }} {key})");
        Writer.Line(otherwise);
        Writer.Close();
        Writer.Line();
        Writer.Line($"return {cache}.{name}{type}({key}{comma}{argument});");
        Writer.Close();
        Writer.Line();
    }

    /// <summary>Writes a member of <c>ICache</c> that takes a key, and its asynchronous twin.</summary>
    public void Verb(string name, string twin, string summary)
    {
        Summary(summary);
        Documentation();
        Returns();
        Writer.Begin($"public bool {name}({Parameters})");
        WithKey(name, "", "", "return false;");
        DocumentationOf(name);
        Writer.Begin($"public global::System.Threading.Tasks.ValueTask<bool> {twin}({Parameters}{Comma}{TokenType} {Token} = default)");
        WithKey(twin, "", Token, "return default;");
    }

    private string Declare(bool context = true, bool defaults = true)
    {
        ParameterModel[] declared = [.. _parameters.Where(p => context || p.Role == ParameterRole.Key)];

        // Only the last ones can be left out.
        int last = Array.FindLastIndex(declared, static p => p.Default.Length == 0);
        return string.Join(", ", declared.Select((p, i) => $"{(p.Role == ParameterRole.Context ? HandleEmitter.ContextType : p.Type)} {p.Name}{(defaults && i > last ? p.Default : "")}"));
    }

    private void Document(IEnumerable<ParameterModel> parameters)
    {
        foreach (ParameterModel parameter in parameters)
            Parameter(parameter.Name, parameter.Documentation.Length > 0 ? parameter.Documentation : parameter.Role == ParameterRole.Context ? "Whose result." : "An argument of the method.");
    }
}
