using System.Reflection;

namespace Larder.Memoize.Tests.Generation;

/// <summary>Every type that can be part of a key: equal values share a result, and others do not.</summary>
public sealed class KeyTypeTests(KeyTypeTests.Subjects subjects) : IClassFixture<KeyTypeTests.Subjects>
{
    /// <summary>A type, two expressions of one value, and one of another value.</summary>
    public static TheoryData<string, string, string, string> Cases => new()
    {
        { "bool", "true", "!false", "false" },
        { "char", "'a'", "(char)97", "'b'" },
        { "byte", "1", "1", "2" },
        { "sbyte", "-1", "-1", "1" },
        { "short", "-1", "-1", "1" },
        { "ushort", "1", "1", "2" },
        { "int", "int.MinValue", "-2147483648", "int.MaxValue" },
        { "uint", "1", "1", "2" },
        { "long", "long.MinValue", "long.MinValue", "1" },
        { "ulong", "ulong.MaxValue", "ulong.MaxValue", "1" },
        { "nint", "1", "1", "2" },
        { "nuint", "1", "1", "2" },
        { "Int128", "1", "1", "2" },
        { "UInt128", "1", "1", "2" },
        { "System.Numerics.BigInteger", "1", "1", "2" },
        { "float", "0.1f", "1f / 10", "0.2f" },
        { "double", "0.1", "1.0 / 10", "0.2" },
        { "Half", "(Half)0.1", "(Half)0.1", "(Half)0.2" },
        { "decimal", "1.5m", "3m / 2", "1.6m" },
        { "string", "\"ab\"", "string.Concat(\"a\", \"b\")", "\"a\"" },
        { "string?", "null", "default", "\"null\"" },
        { "Guid", "Guid.Empty", "default", "new Guid(1, 2, 3, new byte[8])" },
        { "Uri", "new Uri(\"http://a/\")", "new Uri(\"http://a/\")", "new Uri(\"http://b/\")" },
        { "Uri?", "null", "null", "new Uri(\"http://b/\")" },
        { "DateTime", "new DateTime(2026, 1, 1)", "new DateTime(2026, 1, 1)", "new DateTime(2026, 1, 2)" },
        { "DateTimeOffset", "new DateTimeOffset(2026, 1, 1, 0, 0, 0, default)", "new DateTimeOffset(2026, 1, 1, 0, 0, 0, default)", "default" },
        { "DateOnly", "new DateOnly(2026, 1, 1)", "new DateOnly(2026, 1, 1)", "default" },
        { "TimeOnly", "new TimeOnly(1, 2)", "new TimeOnly(1, 2)", "default" },
        { "TimeSpan", "TimeSpan.FromDays(1)", "TimeSpan.FromHours(24)", "TimeSpan.Zero" },
        { "DayOfWeek", "DayOfWeek.Friday", "(DayOfWeek)5", "(DayOfWeek)77" },
        { "int?", "5", "5", "null" },
        { "DayOfWeek?", "DayOfWeek.Friday", "DayOfWeek.Friday", "null" },
        { "decimal?", "0", "0", "null" },
        { "Pair?", "new Pair(1, null)", "new Pair(1, null)", "null" },
        { "(int, string?)", "(1, \"2\")", "(1, \"2\")", "(1, null)" },
        { "(int A, (DayOfWeek?, string) B)?", "(1, (null, \"\"))", "(1, (null, \"\"))", "(1, (DayOfWeek.Sunday, \"\"))" },
        { "int[]", "new[] { 1, 2 }", "new[] { 1, 2 }", "new[] { 12 }" },
        { "int[]?", "null", "null", "new int[0]" },
        { "byte[]", "new byte[] { 1 }", "new byte[] { 1 }", "new byte[] { 2 }" },
        { "string?[][]", "new[] { new[] { \"a\", null } }", "new[] { new[] { \"a\", null } }", "new[] { new[] { \"a\" }, new string?[] { null } }" },
        { "ReadOnlyMemory<char>", "\"ab\".AsMemory()", "\"xab\".AsMemory(1)", "\"a\".AsMemory()" },
        { "ReadOnlyMemory<byte>", "new byte[] { 1 }", "new byte[] { 1 }", "new byte[] { 2 }" },
        { "List<int>", "new() { 1, 2 }", "new() { 1, 2 }", "new() { 2, 1 }" },
        { "IReadOnlyList<string>", "new[] { \"a\" }", "new List<string> { \"a\" }", "new[] { \"b\" }" },
        { "IList<Guid>", "new Guid[1]", "new List<Guid> { Guid.Empty }", "new Guid[2]" },
        { "ImmutableArray<int>", "[1, 2]", "[1, 2]", "[2, 1]" },
        { "IReadOnlyCollection<int>", "new[] { 1 }", "new List<int> { 1 }", "new[] { 2 }" },
        { "HashSet<int>", "new() { 1, 2 }", "new() { 2, 1 }", "new() { 1 }" },
        { "IReadOnlySet<string>", "new HashSet<string> { \"a\", \"b\" }", "new SortedSet<string> { \"b\", \"a\" }", "new HashSet<string>()" },
        { "ImmutableHashSet<int>", "[1, 2]", "[2, 1]", "[3]" },
        { "Dictionary<string, int>", "new() { [\"a\"] = 1, [\"b\"] = 2 }", "new() { [\"b\"] = 2, [\"a\"] = 1 }", "new() { [\"a\"] = 2, [\"b\"] = 1 }" },
        { "IReadOnlyDictionary<int, string?>?", "new Dictionary<int, string?> { [1] = null }", "new SortedDictionary<int, string?> { [1] = null }", "null" },
        { "Dictionary<string, int[]>", "new() { [\"a\"] = new[] { 1 } }", "new() { [\"a\"] = new[] { 1 } }", "new() { [\"a\"] = new[] { 2 } }" },
        { "Pair", "new Pair(1, \"a\")", "new Pair(1, \"a\")", "new Pair(1, null)" },
        { "Order", "new Order(1, new Pair(1, null), new[] { 1 })", "new Order(1, new Pair(1, null), new[] { 1 })", "new Order(1, new Pair(2, null), new[] { 1 })" },
        { "Order?", "null", "null", "new Order(1, default, new int[0])" },
        { "Part", "new Part(1)", "new Part(1)", "new Part(2)" },
        { "Part?", "null", "null", "new Part(2)" },
        { "List<Part>", "new() { new Part(1) }", "new() { new Part(1) }", "new() { new Part(2) }" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Usage", "xUnit1026", Justification = "They are in the subject's source, and tell the cases apart.")]
    public void Equal_values_share_a_result_and_others_do_not(string type, string value, string same, string other)
    {
        Type subject = subjects.Of(type);
        Assert.Equal([1, 1, 2, 1, 3, 4, 5], (int[])subject.GetMethod("Run")!.Invoke(null, null)!);
        string[] keys = (string[])subject.GetMethod("Keys")!.Invoke(null, null)!;
        Assert.Equal(keys[0], keys[1]);
        Assert.NotEqual(keys[0], keys[2]);
    }

    /// <summary>One assembly with a type for each case: compiling it takes a second.</summary>
    public sealed class Subjects
    {
        private readonly string[] _types = [.. Cases.Select(row => row.Data.Item1)];
        private readonly Assembly _assembly = GeneratorRun.Of([Types, .. Cases.Select((row, i) => Source(i, row.Data))]).Load();

        private const string Types = """
            namespace App;
            public readonly record struct Pair(int X, string? Y);
            public sealed record Order(long Id, Pair Pair, int[] Lines) { public int Twice => Lines.Length * 2; }
            public sealed class Part(int x) : ICacheKeyPart { public void WriteTo(ref CacheKeyWriter writer) => writer.Append(x); }
            """;

        public Type Of(string type) => _assembly.GetType($"App.Subject{Array.IndexOf(_types, type)}")!;

        private static string Source(int number, (string Type, string Value, string Same, string Other) row) => $$"""
            namespace App;
            public static partial class Subject{{number}}
            {
                private static int _calls;
                [Memoize] public static partial int Get({{row.Type}} argument, int after = 3);
                private static int GetCore({{row.Type}} argument, int after) => ++_calls;
                [Memoize] public static partial int Key({{row.Type}} key);
                private static int KeyCore({{row.Type}} key) => ++_calls;
                public static int[] Run() => [Get({{row.Value}}), Get({{row.Same}}), Get({{row.Other}}), Get({{row.Value}}), Get({{row.Value}}, 4), Key({{row.Value}}), Key({{row.Other}})];
                public static string[] Keys() => [MemoizedMethods.Get.KeyFor({{row.Value}}), MemoizedMethods.Get.KeyFor({{row.Same}}), MemoizedMethods.Get.KeyFor({{row.Other}})];
            }
            """;
    }
}
