using Larder.Memoize.Generation.Model;
using Larder.Memoize.Generation.Parsing;

namespace Larder.Memoize.Generation.Emission;

/// <summary>Writes a memoized method's body.</summary>
internal sealed class MethodEmitter
{
    private readonly MethodModel _method;
    private readonly SourceWriter _writer;
    private readonly string _key;
    private readonly string _cache;
    private readonly string _token;
    private readonly string _entry;
    private readonly string _description;
    private readonly string _miss;
    private readonly bool _keyMayFail;

    // The argument, if it is a number and all of the key: one that need not be written for a hit.
    private readonly string? _number;
    private readonly CallState _state;

    private MethodEmitter(MethodModel method, SourceWriter writer)
    {
        _method = method;
        _writer = writer;
        _key = CallState.Fresh("key", method.Parameters);
        _cache = CallState.Fresh("cache", method.Parameters);
        _token = CallState.Fresh("token", method.Parameters);
        _entry = CallState.Fresh("entry", method.Parameters);
        _state = new CallState(method, CallState.Fresh("call", method.Parameters));
        _description = method.HolderReference + ".Method";
        _miss = method.UniqueName + "Miss";
        _keyMayFail = method.KeyMayFail;
        _number = NumberOf(method);
    }

    private bool IsAsync => _method.Shape != ReturnShape.Value;

    private bool DropsNull => !_method.Options.CacheNull && _method.ResultCanBeNull;

    // Whether the factory decides about its entry.
    private bool Decides => DropsNull || _method.Options.HasArgumentsInTags || _method.Options.Verbose;

    public static void Write(MethodModel method, SourceWriter writer) => new MethodEmitter(method, writer).Write();

    private void Write()
    {
        _writer.Line(GeneratedFile.Attribute);
        _writer.Begin($"{_method.Modifiers}{(_method.Modifiers.Length == 0 ? "" : " ")}{_method.ReturnType} {_method.ExplicitInterface}{_method.Name}{_method.TypeParameters}(");
        string comma = "";
        foreach (ParameterModel parameter in _method.Parameters)
        {
            _writer.Begin($"{comma}{(_method.ExplicitInterface.Length == 0 ? parameter.Modifiers : "")}{parameter.Type} {parameter.Name}");
            comma = ", ";
        }

        _writer.Line(")");
        _writer.Indented(_method.ExplicitInterface.Length == 0 ? _method.Constraints : _method.ExplicitConstraints);
        _writer.Open();
        _writer.Line($"global::Larder.ICache {_cache} = {HandleEmitter.Call(_method, _method.Context)};");
        if (_keyMayFail || _method.Options.Verbose)
        {
            WriteNewKey();
            _writer.Open("try");
            WriteKey();
            if (_method.Options.Verbose)
                _writer.Line($"{_description}.Asked({_cache}, {_key}.Finish());");
            WriteHit($"ref {_key}");
            WriteGetOrSet();
            CloseAndDispose();
            _writer.Close();
            return;
        }

        // Nothing here can fail, and a hit gives the buffer back itself.
        if (_number is null)
        {
            WriteNewKey();
            WriteKey();
            WriteHit($"ref {_key}");
        }
        else
        {
            WriteHit(_number);
        }

        _writer.Begin($"return {(_method.IsStatic ? "" : "this.")}{_miss}{_method.TypeParameters}({_cache}");
        if (_number is null)
            _writer.Begin($", ref {_key}");
        foreach (ParameterModel parameter in _method.Parameters)
            _writer.Begin($", {parameter.Name}");
        _writer.Line(");");
        _writer.Close();
        _writer.Line();
        WriteMiss();
    }

    // By itself, so that the method has neither the handler nor the locals that only a miss needs: making them ready takes a hit's time.
    private void WriteMiss()
    {
        _writer.Line($"/// <summary>Computes a result of <c>{_method.Name}</c> that memory does not have.</summary>");
        _writer.Line(GeneratedFile.Attribute);
        _writer.Line("[global::System.Runtime.CompilerServices.MethodImpl(global::System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]");
        _writer.Begin($"private {_method.HelperModifiers}{_method.ReturnType} {_miss}{_method.TypeParameters}(global::Larder.ICache {_cache}");
        if (_number is null)
            _writer.Begin($", ref global::Larder.CacheKeyWriter {_key}");
        foreach (ParameterModel parameter in _method.Parameters)
            _writer.Begin($", {parameter.Type} {parameter.Name}");
        _writer.Line(")");
        _writer.Indented(_method.Constraints);
        _writer.Open();
        if (_number is not null)
        {
            WriteNewKey();
            WriteKey();
        }

        _writer.Open("try");
        WriteGetOrSet();
        CloseAndDispose();
        _writer.Close();
    }

    private void CloseAndDispose()
    {
        _writer.Close();
        _writer.Open("finally");
        _writer.Line($"{_key}.Dispose();");
        _writer.Close();
    }

    private void WriteNewKey() => _writer.Line($"var {_key} = new global::Larder.CacheKeyWriter({_description}.Head);");

    private void WriteKey()
    {
        string arguments = HandleEmitter.KeyArguments(_method, "this");
        if (arguments.Length == 0)
            return;
        if (!_keyMayFail)
        {
            _writer.Line($"{_method.HolderReference}.WriteKey(ref {_key}, {arguments});");
            return;
        }

        string error = CallState.Fresh("error", _method.Parameters);
        _writer.Open("try");
        _writer.Line($"{_method.HolderReference}.WriteKey(ref {_key}, {arguments});");
        _writer.Close();
        _writer.Open($"catch (global::System.Exception {error}) when ({_description}.Bypasses({_cache}, {error}))");
        string caller = _method.Token.Length > 0 ? _method.Token : "default";
        _writer.Line($"return {Converted(Body(static name => name, "this", caller))};");
        _writer.Close();
        _writer.Line();
    }

    // On a hit nothing else is made ready, neither state nor factory.
    private void WriteHit(string key)
    {
        string hit = CallState.Fresh("hit", _method.Parameters);
        _writer.Line($"if ({_description}.TryHit({_cache}, {key}, out {_method.ResultType} {hit}))");
        _writer.Indent();
        _writer.Line($"return {Completed(hit)};");
        _writer.Outdent();
    }

    private void WriteGetOrSet()
    {
        string state = _state.IsEmpty ? "_" : _state["\0"].Split('.')[0];
        string token = _method.Body.TakesToken && _method.Token.Length > 0 ? _token : "_";
        string options = HolderEmitter.HasOptions(_method) ? $"{_description}.Options" : "null";
        string caller = _method.Token.Length > 0 ? _method.Token : "default";
        string body = Body(name => _state[name], _state["Self"], _token);
        string end = _method.Shape == ReturnShape.Task ? ").AsTask();" : ");";

        _writer.Line($"return {_cache}.{(IsAsync ? "GetOrSetAsync" : "GetOrSet")}(");
        _writer.Indent();
        _writer.Line($"{_key}.Finish(),");
        _writer.Line($"{_state.Expression},");
        if (!Decides)
        {
            _writer.Line($"static ({state}, {token}) => {(IsAsync ? AsValueTask(body) : body)},");
        }
        else
        {
            _writer.Open($"static {(IsAsync ? "async " : "")}({state}, {_entry}, {token}) =>");
            WriteDecisions(body);
            _writer.Close("},");
        }

        _writer.Line($"options: {options},");
        _writer.Line($"cancellationToken: {caller}{end}");
        _writer.Outdent();
    }

    private void WriteDecisions(string body)
    {
        if (_method.Options.Verbose)
            _writer.Line($"{_description}.Computing({_state["Cache"]}, {_entry}.Key);");
        if (_method.Options.HasArgumentsInTags)
        {
            string tags = string.Join(", ", _method.Options.Tags.Select(tag => TagCode.Expression(tag, name => _state[name])));
            _writer.Line($"{_entry}.Tags = global::Larder.Memoize.MemoizedMethod.Tags({tags});");
        }

        string value = CallState.Fresh("value", _method.Parameters);
        _writer.Line($"{_method.ResultType} {value} = {(IsAsync ? $"await {body}.ConfigureAwait(false)" : body)};");
        if (DropsNull)
        {
            _writer.Line($"if ({value} is null)");
            _writer.Indent();
            _writer.Line($"{_entry}.DoNotCache = true;");
            _writer.Outdent();
        }

        _writer.Line($"return {value};");
    }

    private static string? NumberOf(MethodModel method)
    {
        if (method.KeyNeedsOwner)
            return null;
        ParameterModel? only = null;
        foreach (ParameterModel parameter in method.KeyParameters)
        {
            if (only is not null)
                return null;
            only = parameter;
        }

        return only is { Type: "int" or "long" } ? only.Name : null;
    }

    private string Body(Func<string, string> access, string self, string token)
    {
        IEnumerable<string> arguments = _method.Parameters
            .Where(p => p.Role != ParameterRole.Token || _method.Body.TakesToken)
            .Select(p => p.Role == ParameterRole.Token ? token : access(p.Name));
        string target = _method.Body.Owner ?? (_method.ExplicitInterface.Length > 0 ? DecoratorEmitter.Inner(self, _method.ExplicitInterface) : self);
        return $"{target}.{_method.Body.Name}({string.Join(", ", arguments)})";
    }

    private string Completed(string value) => _method.Shape switch
    {
        ReturnShape.Task => $"global::System.Threading.Tasks.Task.FromResult({value})",
        ReturnShape.ValueTask => $"new global::System.Threading.Tasks.ValueTask<{_method.ResultType}>({value})",
        _ => value,
    };

    private string AsValueTask(string body) =>
        _method.Body.Shape == ReturnShape.ValueTask ? body : $"new global::System.Threading.Tasks.ValueTask<{_method.ResultType}>({body})";

    // Between the shape of the body and that of the method.
    private string Converted(string body) => (_method.Shape, _method.Body.Shape) switch
    {
        (ReturnShape.Task, ReturnShape.ValueTask) => $"{body}.AsTask()",
        (ReturnShape.ValueTask, ReturnShape.Task) => AsValueTask(body),
        _ => body,
    };
}
