using Larder.Memoize.Generation.Model;
using Larder.Memoize.Generation.Parsing;

namespace Larder.Memoize.Generation.Emission;

/// <summary>Writes the nested class that holds a memoized method's description and writes its keys.</summary>
internal static class HolderEmitter
{
    public static bool HasOptions(MethodModel method)
    {
        OptionsModel o = method.Options;
        return o.TtlSeconds is not null || o.SlidingSeconds is not null || o.GraceSeconds is not null || o.FailSilently is not null || (o.Tags.Count > 0 && !o.HasArgumentsInTags);
    }

    public static void Write(MethodModel method, SourceWriter writer)
    {
        writer.Line($"/// <summary>What the calls of <c>{method.Name}</c> have in common.</summary>");
        writer.Line(GeneratedFile.Attribute);
        writer.Line($"private static class {method.HolderReference}");
        writer.Indented(method.Constraints);
        writer.Open();
        WriteDescription(method, writer);
        writer.Line();
        WriteKeyWriter(method, writer);
        writer.Line();
        WriteKeyFor(method, writer);
        if (method.KeyMayFail)
        {
            writer.Line();
            WriteTryKeyFor(method, writer);
        }

        writer.Close();
        writer.Line();
    }

    private static void WriteDescription(MethodModel method, SourceWriter writer)
    {
        OptionsModel o = method.Options;
        var arguments = new List<string>
        {
            Names.Literal(method.KeyName),
            Names.Literal(method.Signature),
            o.Collection is null ? "collection: null" : $"collection: {Names.Literal(o.Collection)}",
            o.Scope is null ? "scope: null" : $"scope: global::Larder.CacheScope.{o.Scope}",
        };
        arguments.AddRange(method.TypeArguments.Select(static t => $"typeof({t})"));

        var properties = new List<string>();
        if (HasOptions(method))
            properties.Add($"Options = new global::Larder.EntryOptions {{ {string.Join(", ", EntryOptions(o))} }},");
        if (o.FailSilently is { } failSilently)
            properties.Add($"FailSilently = {(failSilently ? "true" : "false")},");
        if (o.Verbose)
            properties.Add("Verbose = true,");

        writer.Line("public static readonly global::Larder.Memoize.MemoizedMethod Method = new(");
        writer.Indented(arguments.Select((a, i) => a + (i < arguments.Count - 1 ? "," : properties.Count == 0 ? ");" : ")")));
        if (properties.Count > 0)
        {
            writer.Open();
            foreach (string property in properties)
                writer.Line(property);
            writer.Close("};");
        }
    }

    private static IEnumerable<string> EntryOptions(OptionsModel o)
    {
        if (o.TtlSeconds is { } ttl)
            yield return $"Ttl = {Names.Seconds(ttl)}";
        if (o.SlidingSeconds is { } sliding)
            yield return $"SlidingExpiration = {Names.Seconds(sliding)}";
        if (o.GraceSeconds is { } grace)
            yield return $"Grace = {Names.Seconds(grace)}";
        if (o.FailSilently is { } failSilently)
            yield return $"FailSilently = {(failSilently ? "true" : "false")}";
        if (o.Tags.Count > 0 && !o.HasArgumentsInTags)
            yield return $"Tags = new string[] {{ {string.Join(", ", o.Tags.Select(Names.Literal))} }}";
    }

    private static void WriteKeyWriter(MethodModel method, SourceWriter writer)
    {
        string key = CallState.Fresh("key", method.Parameters);
        writer.Open($"public static void WriteKey({string.Join(", ", [$"ref global::Larder.CacheKeyWriter {key}", .. HandleEmitter.KeyDeclarations(method)])})");
        if (method.ThisIsKeyPart)
            writer.Line($"{key}.Append({HandleEmitter.Self(method)});");
        foreach (ParameterModel parameter in method.KeyParameters)
            writer.Line(parameter.KeyCode);
        writer.Close();
    }

    private static void WriteKeyFor(MethodModel method, SourceWriter writer)
    {
        string key = CallState.Fresh("key", method.Parameters);
        writer.Open($"public static string KeyFor({string.Join(", ", HandleEmitter.KeyDeclarations(method))})");
        writer.Line($"var {key} = new global::Larder.CacheKeyWriter(Method.Head);");
        writer.Open("try");
        writer.Line($"WriteKey({string.Join(", ", [$"ref {key}", .. HandleEmitter.KeyArguments(method, HandleEmitter.Self(method))])});");
        writer.Line($"return {key}.ToString();");
        writer.Close();
        writer.Open("finally");
        writer.Line($"{key}.Dispose();");
        writer.Close();
        writer.Close();
    }

    // An argument that cannot be written now could not be written when a result was cached, either: there is none.
    private static void WriteTryKeyFor(MethodModel method, SourceWriter writer)
    {
        string error = CallState.Fresh("error", method.Parameters);
        string cache = CallState.Fresh("cache", method.Parameters);
        writer.Open($"public static string? TryKeyFor({string.Join(", ", [$"global::Larder.ICache {cache}", .. HandleEmitter.KeyDeclarations(method)])})");
        writer.Open("try");
        writer.Line($"return KeyFor({string.Join(", ", HandleEmitter.KeyArguments(method, HandleEmitter.Self(method)))});");
        writer.Close();
        writer.Open($"catch (global::System.Exception {error}) when (Method.Bypasses({cache}, {error}))");
        writer.Line("return null;");
        writer.Close();
        writer.Close();
    }
}
