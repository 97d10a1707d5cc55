using Larder.Memoize.Generation.Model;

namespace Larder.Memoize.Generation.Emission;

/// <summary>Writes how a method's partition is reached: from the method, from its typed handle, and from those that invalidate it.</summary>
internal static class HandleEmitter
{
    /// <summary>The type of a context wherever it is passed on.</summary>
    public const string ContextType = "global::Larder.UserContext";

    /// <summary>The private method that returns the cache's handle.</summary>
    public static void Write(MethodModel method, SourceWriter writer)
    {
        string description = $"{method.HolderReference}.Method";
        string handle = method.ContextSource switch
        {
            ContextSource.Parameter => $"{description}.HandleOf({method.Cache}, {method.ContextParameter!.Name})",
            ContextSource.Member => $"{description}.HandleOf({method.Cache}, {method.Context})",
            ContextSource.Ambient => $"{description}.HandleOfAmbient({method.Cache})",
            _ when method.Options.Collection is null && method.Options.Scope is null => method.Cache,
            _ => $"{description}.HandleOf({method.Cache})",
        };
        string parameters = method.ContextParameter is { } context ? $"{ContextType} {context.Name}" : "";
        writer.Line($"/// <summary>Where the results of <c>{method.Name}</c> are kept.</summary>");
        writer.Line(GeneratedFile.Attribute);
        writer.Begin($"private {method.HelperModifiers}global::Larder.ICache {method.HandleMethod}{method.TypeParameters}({parameters})");
        writer.Indent();
        foreach (string constraint in method.Constraints)
        {
            writer.Line();
            writer.Begin($"{constraint}");
        }

        writer.Line($" => {handle};");
        writer.Outdent();
        writer.Line();
        if (method.ContextParameter is null || method.Options.Collection is null || method.HandleAccess.Length == 0)
            return;
        writer.Line($"/// <summary>The cache that the results of <c>{method.Name}</c> are kept in.</summary>");
        writer.Line(GeneratedFile.Attribute);
        writer.Line($"private {method.HelperModifiers}global::Larder.ICache {method.UniqueName}Cache() => {method.Cache};");
        writer.Line();
    }

    /// <summary>The call of it.</summary>
    /// <param name="method">The method.</param>
    /// <param name="context">The expression of the context, where the method takes one.</param>
    /// <param name="owner">The object, where the method belongs to one.</param>
    public static string Call(MethodModel method, string? context, string owner = "this") =>
        $"{(method.IsStatic ? "" : owner + ".")}{method.HandleMethod}{method.TypeParameters}({(method.ContextParameter is null ? "" : context)})";

    /// <summary>The parameters of what writes a key.</summary>
    public static string KeyDeclarations(MethodModel method)
    {
        IEnumerable<string> declarations = method.KeyParameters.Select(static p => $"{p.Type} {p.Name}");
        return string.Join(", ", method.KeyNeedsOwner ? declarations.Prepend($"{method.Type.Reference} {Self(method)}") : declarations);
    }

    /// <summary>What it is called with.</summary>
    /// <param name="method">The method.</param>
    /// <param name="self">The expression of the object that the method belongs to.</param>
    public static string KeyArguments(MethodModel method, string self)
    {
        IEnumerable<string> arguments = method.KeyParameters.Select(static p => p.Name);
        return string.Join(", ", method.KeyNeedsOwner ? arguments.Prepend(self) : arguments);
    }

    /// <summary>What the object is called where it is an argument.</summary>
    public static string Self(MethodModel method) => CallState.Fresh("self", method.Parameters);
}
