using System.Text;
using Larder.Memoize.Generation.Parsing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Larder.Memoize.Tests.Generation;

/// <summary>Types are written as the compiler displays them, whoever writes them.</summary>
public sealed class TypeTextTests
{
    private const string Source = """
        namespace App.@event
        {
            public class Local<T> { public class Inner; public enum @int; }
            public struct @lower;
        }

        public class Global<T>
        {
            public int Int; public int? MaybeInt; public string Text = ""; public string? MaybeText; public object? Anything; public dynamic? Dynamic; public nint Native; public decimal Decimal;
            public T? Parameter; public T[]? Parameters; public int[][,] Arrays = []; public (int Id, string? Name) Tuple; public (int, int)? MaybeTuple; public ValueTuple<int> One; public ValueTuple Empty;
            public List<string?>? Texts; public Dictionary<string, List<Guid?>> Map = []; public KeyValuePair<string?, int?>? Pair; public Task<(int, string)> Task = null!; public Func<int?, string>? Function;
            public App.@event.Local<string?>? Local; public App.@event.Local<int>.Inner? Inner; public App.@event.Local<int>.@int Nested; public App.@event.@lower Lower; public Global<Global<DayOfWeek?>?>? Self;
            public unsafe int* Pointer; public unsafe delegate*<int, string> FunctionPointer; public Missing Missing; public Guid? Id; public CancellationToken Token; public IReadOnlySet<string>? Set;
        }

        file class Hidden { public Hidden? Next; public List<Hidden>? All; }
        """;

    private static readonly SymbolDisplayFormat Full = SymbolDisplayFormat.FullyQualifiedFormat.AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);
    private static readonly SymbolDisplayFormat Signature = SymbolDisplayFormat.CSharpErrorMessageFormat.WithMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.ExpandNullable | SymbolDisplayMiscellaneousOptions.ExpandValueTuple);
    private static readonly SymbolDisplayFormat Plain = SymbolDisplayFormat.CSharpErrorMessageFormat.WithMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.UseSpecialTypes);

    private static void AreAlike(ITypeSymbol type)
    {
        Assert.Equal(type.ToDisplayString(Full), TypeText.Full(type));
        Assert.Equal(type.ToDisplayString(Signature), SignatureOf(type));
        Assert.Equal(type.ToDisplayString(Plain), TypeText.Plain(type));
    }

    private static string SignatureOf(ITypeSymbol type)
    {
        var text = new StringBuilder("before");
        TypeText.AppendSignature(type, text);
        Assert.StartsWith("before", text.ToString(), StringComparison.Ordinal);
        return text.ToString(6, text.Length - 6);
    }

    private static IEnumerable<INamedTypeSymbol> TypesOf(INamespaceOrTypeSymbol owner) =>
        owner.GetTypeMembers().SelectMany(static type => TypesOf(type).Prepend(type)).Concat(owner is INamespaceSymbol space ? space.GetNamespaceMembers().SelectMany(TypesOf) : []);

    [Fact]
    public void Types_of_fields_are_written_as_the_compiler_displays_them()
    {
        CSharpCompilation compilation = GeneratorRun.Compile("Subject", Source);
        ITypeSymbol[] types = [.. TypesOf(compilation.Assembly.GlobalNamespace).SelectMany(static type => type.GetMembers().OfType<IFieldSymbol>()).Select(static field => field.Type)];

        Assert.True(types.Length > 30);
        Assert.All(types, AreAlike);
    }

    [Fact]
    public void Types_of_the_runtime_are_written_as_the_compiler_displays_them()
    {
        CSharpCompilation compilation = GeneratorRun.Compile("Subject");
        INamedTypeSymbol[] types = [.. TypesOf(compilation.ObjectType.ContainingAssembly.GlobalNamespace)];
        INamedTypeSymbol list = compilation.GetTypeByMetadataName("System.Collections.Generic.List`1")!;

        Assert.True(types.Length > 1000);
        foreach (INamedTypeSymbol type in types)
        {
            AreAlike(type);
            AreAlike(type.WithNullableAnnotation(NullableAnnotation.Annotated));
            if (!type.IsStatic && !type.IsRefLikeType && type.SpecialType != SpecialType.System_Void)
                AreAlike(list.Construct([type], [type.IsReferenceType ? NullableAnnotation.Annotated : NullableAnnotation.None]));
        }
    }
}
