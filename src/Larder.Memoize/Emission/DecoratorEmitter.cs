using Larder.Memoize.Generation.Model;
using Microsoft.CodeAnalysis.Text;

namespace Larder.Memoize.Generation.Emission;

/// <summary>Writes the decorator of an interface, and how the container finds it.</summary>
internal static class DecoratorEmitter
{
    /// <summary>What a decorator calls, by the interface that declares the member: two may declare one name.</summary>
    /// <param name="self">The decorator.</param>
    /// <param name="face">The interface, with a dot.</param>
    public static string Inner(string self, string face) => $"(({face.Substring(0, face.Length - 1)}){self}._inner)";

    public static SourceText Write(DecoratorModel decorator) => SourceWriter.Write(file =>
    {
        GeneratedFile.Write(decorator.Type, file, writer => WriteMembers(decorator, writer));
        file.Line();
        WriteRegistration(decorator, file);
    });

    private static void WriteRegistration(DecoratorModel decorator, SourceWriter registration)
    {
        if (decorator.Type.Namespace.Length > 0)
            registration.Open($"namespace {decorator.Type.Namespace}");
        registration.Line($"/// <summary>Tells <c>AddMemoized</c> of <see cref=\"{decorator.Name}\"/>.</summary>");
        registration.Line(GeneratedFile.Attribute);
        registration.Open($"internal static class {decorator.Name}Registration");
        registration.Line("/// <summary>Called when the assembly is loaded.</summary>");
        registration.Line("[global::System.Runtime.CompilerServices.ModuleInitializer]");
        registration.Line("internal static void Register() =>");
        registration.Indent();
        registration.Line($"global::Larder.Memoize.MemoizedDecorators.Register<{decorator.Interface}>(static (inner, cache) => new {decorator.Type.Reference}(inner, cache));");
        registration.Outdent();
        registration.Close();
        if (decorator.Type.Namespace.Length > 0)
            registration.Close();
    }

    private static void WriteMembers(DecoratorModel decorator, SourceWriter writer)
    {
        writer.Line($"private readonly {decorator.Interface} _inner;");
        writer.Line("private readonly global::Larder.ICache _cache;");
        writer.Line("private readonly string _implementation;");
        writer.Line();
        writer.Line("/// <summary>Puts a cache in front of an implementation.</summary>");
        writer.Line("/// <param name=\"inner\">What computes the results.</param>");
        writer.Line("/// <param name=\"cache\">Where they are kept.</param>");
        writer.Open($"{decorator.Access} {decorator.Name}({decorator.Interface} inner, global::Larder.ICache cache)");
        writer.Line("global::System.ArgumentNullException.ThrowIfNull(inner);");
        writer.Line("global::System.ArgumentNullException.ThrowIfNull(cache);");
        writer.Line("_inner = inner;");
        writer.Line("_cache = cache;");
        writer.Line("_implementation = global::Larder.Memoize.MemoizedDecorators.NameOf(inner);");
        writer.Close();
        writer.Line();
        TypeEmitter.WriteMembers(decorator.Type, decorator.Methods, decorator.Invalidators, writer);
        foreach (string forward in decorator.Forwards)
        {
            writer.Line(GeneratedFile.Attribute);
            writer.Line(forward);
            writer.Line();
        }
    }
}
