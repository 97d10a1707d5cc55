using Larder.Memoize.Generation.Model;

namespace Larder.Memoize.Generation.Emission;

/// <summary>
/// Writes the typed handles: <c>service.Memoized.GetAsync.RemoveAsync(city)</c>, and <c>Service.MemoizedMethods</c> for
/// static methods.
/// </summary>
internal static class ResultsEmitter
{
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
        string name = method.HandleName;
        writer.Line($"/// <inheritdoc cref=\"{method.UniqueName}Results{method.TypeParameters.Replace('<', '{').Replace('>', '}')}\"/>");
        if (method.TypeParameters.Length == 0)
        {
            writer.Line($"{method.HandleAccess} {modifier}{Results(method)} {name} => {value};");
            return;
        }

        writer.Line($"{method.HandleAccess} {modifier}{Results(method)} {name}{method.TypeParameters}()");
        writer.Indented(method.Constraints);
        writer.Indent();
        writer.Line($"=> {value};");
        writer.Outdent();
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

        WriteMembers(new ResultsMembers(method, writer));
        writer.Close();
        writer.Line();
    }

    private static void WriteMembers(ResultsMembers member)
    {
        SourceWriter writer = member.Writer;
        string result = member.Method.ResultType;
        string found = member.Fresh("value");

        member.Summary("The key of a result, within its collection and scope.");
        member.KeyDocumentation();
        writer.Line($"public string KeyFor({member.KeyParameters}) => {member.Key};");
        writer.Line();

        member.Summary("Reads a fresh result and computes nothing.");
        member.Documentation();
        if (member.IsDocumented)
            member.Parameter(found, "The result.");
        member.Returns();
        writer.Begin($"public bool TryGet({member.ParametersWithoutDefaults}{member.Comma}[global::System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out {result} {found})");
        member.WithKey("TryGet", result, $"out {found}", $"{found} = default!;\nreturn false;");

        member.DocumentationOf("TryGet");
        writer.Begin($"public global::System.Threading.Tasks.ValueTask<global::Larder.CacheResult<{result}>> TryGetAsync({member.Parameters}{member.Comma}{ResultsMembers.TokenType} {member.Token} = default)");
        member.WithKey("TryGetAsync", result, $"cancellationToken: {member.Token}", "return default;");

        member.Verb("Remove", "RemoveAsync", "Forgets a result.");
        member.Verb("Refresh", "RefreshAsync", "Begins a fresh result's TTL anew; its value stays. To have it computed anew, remove it.");
        WriteClear(member);
    }

    private static void WriteClear(ResultsMembers member)
    {
        SourceWriter writer = member.Writer;
        if (member.Method.ContextParameter is not { } context)
        {
            member.Summary("Forgets every result of the method, whatever the arguments, in the partition of this moment.");
            writer.Line($"public void Clear() => {member.Holder}.Method.Clear({member.Handle});");
            writer.Line();
            member.DocumentationOf("Clear");
            writer.Line($"public global::System.Threading.Tasks.ValueTask ClearAsync({ResultsMembers.TokenType} {member.Token} = default) => {member.Holder}.Method.ClearAsync({member.Handle}, {member.Token});");
            return;
        }

        member.Summary("Forgets every result of the method in one partition, whatever the other arguments.");
        member.Parameter(context.Name, "Whose results.");
        writer.Line($"public void Clear({HandleEmitter.ContextType} {context.Name}) => {member.Holder}.Method.Clear({member.Handle});");
        writer.Line();
        member.DocumentationOf($"Clear({HandleEmitter.ContextType})");
        writer.Line($"public global::System.Threading.Tasks.ValueTask ClearAsync({HandleEmitter.ContextType} {context.Name}, {ResultsMembers.TokenType} {member.Token} = default) => {member.Holder}.Method.ClearAsync({member.Handle}, {member.Token});");
        if (member.Method.Options.Collection is not { } name)
            return;

        string collection = $"{member.Cache}.Collection({Parsing.Names.Literal(name)})";
        writer.Line();
        member.Summary("Forgets every result of the method, whoever it is for, in O(1); and with them whatever else its collection holds.");
        writer.Line($"public void Clear() => {collection}.Clear();");
        writer.Line();
        member.DocumentationOf("Clear()");
        writer.Line($"public global::System.Threading.Tasks.ValueTask ClearAsync({ResultsMembers.TokenType} {member.Token} = default) => {collection}.ClearAsync({member.Token});");
    }
}
