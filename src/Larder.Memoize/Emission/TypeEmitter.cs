using Larder.Memoize.Generation.Model;
using Microsoft.CodeAnalysis.Text;

namespace Larder.Memoize.Generation.Emission;

/// <summary>Writes the file of one type: its methods' bodies, what they need, and the typed handles.</summary>
internal static class TypeEmitter
{
    public static SourceText Write(TypeGroup group) => SourceWriter.Write(file => GeneratedFile.Write(group.Type, file, writer =>
    {
        foreach (string stub in group.Stubs)
        {
            writer.Line(stub);
            writer.Line();
        }

        WriteMembers(group.Type, group.Methods, group.Invalidators, writer);
    }));

    public static void WriteMembers(TypeModel type, EquatableArray<MethodModel> methods, EquatableArray<InvalidatorModel> invalidators, SourceWriter writer)
    {
        foreach (MethodModel method in methods)
        {
            MethodEmitter.Write(method, writer);
            writer.Line();
        }

        foreach (InvalidatorModel invalidator in invalidators)
            InvalidatorEmitter.Write(invalidator, writer);
        ResultsEmitter.Write(type, methods, writer);
        foreach (MethodModel method in methods)
        {
            HandleEmitter.Write(method, writer);
            HolderEmitter.Write(method, writer);
        }
    }
}
