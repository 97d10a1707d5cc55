using Larder.Memoize.Generation.Model;

namespace Larder.Memoize.Generation.Emission;

/// <summary>Writes the body of a method that forgets results.</summary>
internal static class InvalidatorEmitter
{
    public static void Write(InvalidatorModel method, SourceWriter writer)
    {
        bool isAsync = method.Shape is not (ReturnShape.Nothing or ReturnShape.Value);
        string cache = CallState.Fresh("cache", method.Parameters);
        string key = CallState.Fresh("key", method.Parameters);
        bool isExplicit = method.ExplicitInterface.Length > 0;

        writer.Line(GeneratedFile.Attribute);
        string parameters = string.Join(", ", method.Parameters.Select(p => isExplicit ? $"{p.Type} {p.Name}" : p.Declaration));
        writer.Line($"{Prefix(method.Modifiers, isAsync)}{method.ReturnType} {method.ExplicitInterface}{method.Name}{method.TypeParameters}({parameters})");
        writer.Indented(isExplicit ? method.ExplicitConstraints : method.Constraints);
        writer.Open();

        // First, so that a call whose results cannot be named has changed nothing.
        for (int i = 0; i < method.Invalidations.Count; i++)
        {
            InvalidationModel invalidation = method.Invalidations[i];
            writer.Line($"global::Larder.ICache {cache}{i + 1} = {invalidation.Handle};");
            if (invalidation.KeyArguments is { } arguments)
            {
                writer.Line(invalidation.KeyMayFail
                    ? $"string? {key}{i + 1} = {invalidation.Holder}.TryKeyFor({string.Join(", ", new[] { $"{cache}{i + 1}", arguments }.Where(static a => a.Length > 0))});"
                    : $"string {key}{i + 1} = {invalidation.Holder}.KeyFor({arguments});");
            }
        }

        writer.Open("try");
        writer.Line(Call(method, isAsync));
        writer.Close();
        writer.Open("finally");
        for (int i = 0; i < method.Invalidations.Count; i++)
        {
            InvalidationModel invalidation = method.Invalidations[i];
            if (invalidation.KeyMayFail)
                writer.Line($"if ({key}{i + 1} is not null)");
            string indent = invalidation.KeyMayFail ? "    " : "";
            string argument = invalidation.KeyArguments is null ? $"{invalidation.Holder}.Method.Pattern" : $"{key}{i + 1}";
            string verb = invalidation.KeyArguments is null ? "RemoveByPattern" : "Remove";
            writer.Line(isAsync ? $"{indent}await {cache}{i + 1}.{verb}Async({argument}).ConfigureAwait(false);" : $"{indent}{cache}{i + 1}.{verb}({argument});");
        }

        writer.Close();
        writer.Close();
        writer.Line();
    }

    private static string Prefix(string modifiers, bool isAsync)
    {
        if (modifiers.Length == 0)
            return isAsync ? "async " : "";
        return (isAsync ? modifiers.Substring(0, modifiers.Length - "partial".Length) + "async partial" : modifiers) + " ";
    }

    private static string Call(InvalidatorModel method, bool isAsync)
    {
        string target = method.Body.Owner ?? (method.ExplicitInterface.Length > 0 ? DecoratorEmitter.Inner("this", method.ExplicitInterface) : "this");
        IEnumerable<string> arguments = method.Parameters.Where(p => p.Role != ParameterRole.Token || method.Body.TakesToken).Select(static p => p.Name);
        string call = $"{target}.{method.Body.Name}({string.Join(", ", arguments)})";
        if (isAsync)
            call = $"await {call}.ConfigureAwait(false)";
        return method.Shape is ReturnShape.Value or ReturnShape.Task or ReturnShape.ValueTask ? $"return {call};" : $"{call};";
    }
}
