using Larder.Memoize.Generation.Model;

namespace Larder.Memoize.Generation.Emission;

/// <summary>
/// Writes the typed handles: <c>service.Memoized.GetAsync.RemoveAsync(city)</c>, and <c>Service.MemoizedMethods</c> for
/// static methods.
/// </summary>
internal static class ResultsEmitter
{
    private const string Token = "global::System.Threading.CancellationToken";

    public static void Write(TypeModel type, IEnumerable<MethodModel> methods, SourceWriter writer)
    {
        if (!type.HasHandles)
            return;
        MethodModel[] reachable = [.. methods.Where(static m => m.HandleAccess.Length > 0)];
        WriteInstance(type, [.. reachable.Where(static m => !m.IsStatic)], writer);
        WriteStatic(type, [.. reachable.Where(static m => m.IsStatic)], writer);
        foreach (MethodModel method in reachable)
            WriteResults(method, writer);
    }

    private static void WriteInstance(TypeModel type, MethodModel[] methods, SourceWriter writer)
    {
        if (methods.Length == 0)
            return;
        string access = Widest(methods);
        string hides = type.HidesHandles ? "new " : "";
        writer.Line("/// <summary>The cached results of this object's memoized methods.</summary>");
        writer.Line($"{access} {hides}MemoizedResults Memoized => new(this);");
        writer.Line();
        writer.Line("/// <summary>The cached results of an object's memoized methods.</summary>");
        writer.Line(GeneratedFile.Attribute);
        writer.Open($"{access} {hides}readonly struct MemoizedResults");
        writer.Line($"private readonly {type.Reference} _owner;");
        writer.Line();
        writer.Line($"internal MemoizedResults({type.Reference} owner) => _owner = owner;");
        foreach (MethodModel method in methods)
            WriteEntry(method, "", "new(_owner)", writer);
        writer.Close();
        writer.Line();
    }

    private static void WriteStatic(TypeModel type, MethodModel[] methods, SourceWriter writer)
    {
        if (methods.Length == 0)
            return;
        writer.Line("/// <summary>The cached results of the type's static memoized methods.</summary>");
        writer.Line(GeneratedFile.Attribute);
        writer.Open($"{Widest(methods)} {(type.HidesHandles ? "new " : "")}static class MemoizedMethods");
        foreach (MethodModel method in methods)
            WriteEntry(method, "static ", "default", writer);
        writer.Close();
        writer.Line();
    }

    private static string Widest(MethodModel[] methods) => methods.Any(static m => m.HandleAccess == "public") ? "public" : "internal";

    private static void WriteEntry(MethodModel method, string modifier, string value, SourceWriter writer)
    {
        writer.Line();
        writer.Line($"/// <summary>The cached results of <see cref=\"{method.DocumentationId}\"/>.</summary>");
        string name = method.UniqueName == method.Name.TrimStart('@') ? method.Name : method.UniqueName;
        if (method.TypeParameters.Length == 0)
        {
            writer.Line($"{method.HandleAccess} {modifier}{Results(method)} {name} => {value};");
            return;
        }

        writer.Line($"{method.HandleAccess} {modifier}{Results(method)} {name}{method.TypeParameters}()");
        writer.Indented([.. method.Constraints, $"=> {value};"]);
    }

    private static string Results(MethodModel method) => $"{method.UniqueName}Results{method.TypeParameters}";

    private static void WriteResults(MethodModel method, SourceWriter writer)
    {
        writer.Line($"/// <summary>The cached results of <see cref=\"{method.DocumentationId}\"/>, by its arguments.</summary>");
        writer.Line(GeneratedFile.Attribute);
        writer.Line($"{method.HandleAccess} {(method.HidesHandle ? "new " : "")}readonly struct {Results(method)}");
        writer.Indented(method.Constraints);
        writer.Open();
        if (!method.IsStatic)
        {
            writer.Line($"private readonly {method.Type.Reference} _owner;");
            writer.Line();
            writer.Line($"internal {method.UniqueName}Results({method.Type.Reference} owner) => _owner = owner;");
            writer.Line();
        }

        WriteMembers(new Member(method, writer));
        writer.Close();
        writer.Line();
    }

    private static void WriteMembers(Member member)
    {
        MethodModel method = member.Method;
        string result = method.ResultType;
        string found = member.Fresh("value");
        string token = member.Fresh("cancellationToken");
        string cancellation = $"{Token} {token} = default";

        member.Summary("The key of a result, within its collection and scope.");
        member.KeyDocumentation();
        member.Writer.Line($"public string KeyFor({member.Declare(context: false)}) => {member.Holder}.KeyFor({member.KeyArguments});");
        member.Writer.Line();

        member.Summary("Reads a fresh result and computes nothing.");
        member.Documentation();
        member.Parameter(found, "The result.");
        member.Writer.Line("/// <returns>Whether there was one.</returns>");
        member.WithKey(
            $"public bool TryGet({member.Declare(defaults: false)}{(member.ParametersAnd.Length == 0 ? "" : ", ")}[global::System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out {result} {found})",
            $"{found} = default!;\nreturn false;",
            (cache, key) => $"{cache}.TryGet<{result}>({key}, out {found})");

        member.DocumentationOf("TryGet");
        member.WithKey(
            $"public global::System.Threading.Tasks.ValueTask<global::Larder.CacheResult<{result}>> TryGetAsync({member.ParametersAnd}{cancellation})",
            "return default;",
            (cache, key) => $"{cache}.TryGetAsync<{result}>({key}, cancellationToken: {token})");

        member.Verb("Remove", "Forgets a result.", "Whether there was one.", token, cancellation);
        member.Verb("Refresh", "Begins a fresh result's TTL anew; its value stays. To have it computed anew, remove it.", "Whether there was one.", token, cancellation);
        WriteClear(member, token, cancellation);
    }

    private static void WriteClear(Member member, string token, string cancellation)
    {
        MethodModel method = member.Method;
        string pattern = $"{member.Holder}.Method.Pattern";
        if (method.ContextParameter is not { } context)
        {
            member.Summary("Forgets every result of the method, whatever the arguments, in the partition of this moment.");
            member.Writer.Line($"public void Clear() => {member.Handle}.RemoveByPattern({pattern});");
            member.Writer.Line();
            member.Summary("Forgets every result of the method, whatever the arguments, in the partition of this moment.");
            member.Parameter(token, "Cancels the call.");
            member.Writer.Open($"public async global::System.Threading.Tasks.ValueTask ClearAsync({cancellation})");
            member.Writer.Line($"await {member.Handle}.RemoveByPatternAsync({pattern}, {token}).ConfigureAwait(false);");
            member.Close(isLast: true);
            return;
        }

        member.Summary("Forgets every result of the method in one partition, whatever the other arguments.");
        member.Parameter(context.Name, "Whose results.");
        member.Writer.Line($"public void Clear({HandleEmitter.ContextType} {context.Name}) => {member.Handle}.RemoveByPattern({pattern});");
        member.Writer.Line();
        member.Summary("Forgets every result of the method in one partition, whatever the other arguments.");
        member.Parameter(context.Name, "Whose results.");
        member.Parameter(token, "Cancels the call.");
        bool hasCollection = method.Options.Collection is not null;
        member.Writer.Open($"public async global::System.Threading.Tasks.ValueTask ClearAsync({HandleEmitter.ContextType} {context.Name}, {cancellation})");
        member.Writer.Line($"await {member.Handle}.RemoveByPatternAsync({pattern}, {token}).ConfigureAwait(false);");
        member.Close(isLast: !hasCollection);
        if (!hasCollection)
            return;

        string collection = $"{member.Cache}.Collection({Parsing.Names.Literal(method.Options.Collection!)})";
        member.Summary("Forgets every result of the method, whoever it is for, in O(1); and with them whatever else its collection holds.");
        member.Writer.Line($"public void Clear() => {collection}.Clear();");
        member.Writer.Line();
        member.Summary("Forgets every result of the method, whoever it is for, in O(1); and with them whatever else its collection holds.");
        member.Parameter(token, "Cancels the call.");
        member.Writer.Line($"public global::System.Threading.Tasks.ValueTask ClearAsync({cancellation}) => {collection}.ClearAsync({token});");
    }

    /// <summary>Writes the members of one handle.</summary>
    private sealed class Member(MethodModel method, SourceWriter writer)
    {
        private readonly ParameterModel[] _parameters = [.. method.Parameters.Where(p => p.Role == ParameterRole.Key || p == method.ContextParameter)];

        private string? _declared;
        private string? _declaredAnd;
        private string? _cacheName;
        private string? _keyName;

        public MethodModel Method => method;

        public SourceWriter Writer => writer;

        public string Holder { get; } = method.HolderReference;

        public string Handle { get; } = HandleEmitter.Call(method, method.ContextParameter?.Name, "_owner");

        public string Cache => method.IsStatic ? $"{method.UniqueName}Cache()" : $"_owner.{method.UniqueName}Cache()";

        public string KeyArguments { get; } = string.Join(", ", HandleEmitter.KeyArguments(method, "_owner"));

        /// <summary>The parameters, as all members but one declare them.</summary>
        public string Parameters => _declared ??= Declare();

        /// <summary>The same with a comma, if there are any.</summary>
        public string ParametersAnd => _parameters.Length == 0 ? "" : _declaredAnd ??= Parameters + ", ";

        public string Declare(bool context = true, bool defaults = true) =>
            string.Join(", ", _parameters.Where(p => context || p.Role == ParameterRole.Key)
                .Select(p => $"{(p.Role == ParameterRole.Context ? HandleEmitter.ContextType : p.Type)} {p.Name}{(defaults ? p.Default : "")}"));

        /// <summary>A name that no parameter of the handle has.</summary>
        public string Fresh(string name) => CallState.Fresh(name, _parameters);

        public void Close(bool isLast = false)
        {
            writer.Close();
            if (!isLast)
                writer.Line();
        }

        public void Summary(string text) => writer.Line($"/// <summary>{text}</summary>");

        public void Parameter(string name, string text) => writer.Line($"/// <param name=\"{name.TrimStart('@')}\">{text}</param>");

        public void Documentation() => Document(_parameters);

        /// <summary>Takes over what the synchronous twin says: all of it, since the compiler complains of parameters that are described beside others that are not.</summary>
        public void DocumentationOf(string name) => writer.Line($"/// <inheritdoc cref=\"{name}\"/>");

        public void KeyDocumentation() => Document(_parameters.Where(static p => p.Role == ParameterRole.Key));

        /// <summary>Writes a member that needs the key.</summary>
        /// <param name="declaration">Everything up to its body.</param>
        /// <param name="otherwise">What is done when an argument cannot be part of a key: no result can be there.</param>
        /// <param name="then">What is returned of cache and key.</param>
        public void WithKey(string declaration, string otherwise, Func<string, string, string> then)
        {
            if (!method.KeyMayFail)
            {
                writer.Line($"{declaration} => {then(Handle, $"{Holder}.KeyFor({KeyArguments})")};");
                writer.Line();
                return;
            }

            string cache = _cacheName ??= Fresh("cache");
            string key = _keyName ??= Fresh("key");
            writer.Open(declaration);
            writer.Line($"global::Larder.ICache {cache} = {Handle};");
            writer.Open($"if ({Holder}.TryKeyFor({string.Join(", ", [cache, .. HandleEmitter.KeyArguments(method, "_owner")])}) is not {{ }} {key})");
            writer.Line(otherwise);
            writer.Close();
            writer.Line();
            writer.Line($"return {then(cache, key)};");
            Close();
        }

        /// <summary>Writes a member of <c>ICache</c> that takes a key, and its asynchronous twin.</summary>
        public void Verb(string name, string summary, string returns, string token, string cancellation)
        {
            Summary(summary);
            Documentation();
            writer.Line($"/// <returns>{returns}</returns>");
            WithKey($"public bool {name}({Parameters})", "return false;", (cache, key) => $"{cache}.{name}({key})");
            DocumentationOf(name);
            WithKey($"public global::System.Threading.Tasks.ValueTask<bool> {name}Async({ParametersAnd}{cancellation})", "return default;", (cache, key) => $"{cache}.{name}Async({key}, {token})");
        }

        private void Document(IEnumerable<ParameterModel> parameters)
        {
            foreach (ParameterModel parameter in parameters)
                Parameter(parameter.Name, parameter.Documentation.Length > 0 ? parameter.Documentation : parameter.Role == ParameterRole.Context ? "Whose result." : "An argument of the method.");
        }
    }
}
