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
        WriteKeys(method, writer);
        writer.Close();
        writer.Line();
    }

    private static void WriteDescription(MethodModel method, SourceWriter writer)
    {
        OptionsModel o = method.Options;
        bool hasOptions = HasOptions(method);
        bool hasProperties = hasOptions || o.Verbose;
        writer.Line("public static readonly global::Larder.Memoize.MemoizedMethod Method = new(");
        writer.Indent();
        writer.Line($"{Names.Literal(method.KeyName)},");
        writer.Line($"{Names.Literal(method.Signature)},");
        writer.Line($"collection: {(o.Collection is null ? "null" : Names.Literal(o.Collection))},");
        writer.Begin($"scope: {(o.Scope is null ? "null" : "global::Larder.CacheScope.")}{o.Scope}");
        foreach (string type in method.TypeArguments)
        {
            writer.Line(",");
            writer.Begin($"typeof({type})");
        }

        writer.Line(hasProperties ? ")" : ");");
        writer.Outdent();
        if (!hasProperties)
            return;
        writer.Open();
        if (hasOptions)
            writer.Line($"Options = new global::Larder.EntryOptions {{ {string.Join(", ", EntryOptions(o))} }},");
        if (o.FailSilently is { } failSilently)
            writer.Line($"FailSilently = {(failSilently ? "true" : "false")},");
        if (o.Verbose)
            writer.Line("Verbose = true,");
        writer.Close("};");
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

    private static void WriteKeys(MethodModel method, SourceWriter writer)
    {
        string key = CallState.Fresh("key", method.Parameters);
        string self = HandleEmitter.Self(method);
        string parameters = HandleEmitter.KeyDeclarations(method);
        string arguments = HandleEmitter.KeyArguments(method, self);
        string comma = parameters.Length == 0 ? "" : ", ";

        writer.Open($"public static void WriteKey(ref global::Larder.CacheKeyWriter {key}{comma}{parameters})");
        switch (method.OwnerKey)
        {
            case OwnerKey.Value:
                writer.Line($"{key}.Append({self});");
                break;
            case OwnerKey.DerivedType:
                writer.Line($"global::Larder.Memoize.MemoizedMethod.AppendDerivedType(ref {key}, {self}, typeof({method.Type.Reference}));");
                break;
            case OwnerKey.Implementation:
                writer.Line($"{key}.Append({self}._implementation);");
                break;
        }

        foreach (ParameterModel parameter in method.KeyParameters)
            writer.Line(parameter.KeyCode);
        writer.Close();
        writer.Line();

        writer.Open($"public static string KeyFor({parameters})");
        writer.Line($"var {key} = new global::Larder.CacheKeyWriter({method.HolderReference}.Method.Head);");
        if (!method.KeyMayFail)
        {
            string text = CallState.Fresh("text", method.Parameters);
            writer.Line($"{method.HolderReference}.WriteKey(ref {key}{comma}{arguments});");
            writer.Line($"string {text} = {key}.ToString();");
            writer.Line($"{key}.Dispose();");
            writer.Line($"return {text};");
            writer.Close();
            return;
        }

        writer.Open("try");
        writer.Line($"{method.HolderReference}.WriteKey(ref {key}{comma}{arguments});");
        writer.Line($"return {key}.ToString();");
        writer.Close();
        writer.Open("finally");
        writer.Line($"{key}.Dispose();");
        writer.Close();
        writer.Close();

        // An argument that cannot be written now could not be written when a result was cached, either: there is none.
        string error = CallState.Fresh("error", method.Parameters);
        string cache = CallState.Fresh("cache", method.Parameters);
        writer.Line();
        writer.Open($"public static string? TryKeyFor(global::Larder.ICache {cache}{comma}{parameters})");
        writer.Open("try");
        writer.Line($"return {method.HolderReference}.KeyFor({arguments});");
        writer.Close();
        writer.Open($"catch (global::System.Exception {error}) when ({method.HolderReference}.Method.Bypasses({cache}, {error}))");
        writer.Line("return null;");
        writer.Close();
        writer.Close();
    }
}
