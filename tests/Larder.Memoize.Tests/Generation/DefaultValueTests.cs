namespace Larder.Memoize.Tests.Generation;

/// <summary>The optional parameters of a method are optional for its handle, with the same values.</summary>
public sealed class DefaultValueTests
{
    [Fact]
    public Task Constants_of_every_type() => Probe.RunAsync("""
        [Flags] public enum F : long { None = 0, A = 1, B = 2, Least = long.MinValue }
        public enum U : ulong { Most = ulong.MaxValue }
        public enum Small : sbyte { Minus = -1 }
        public readonly record struct R(int X);
        public partial class S
        {
            [Memoize] public partial int Whole(int a = -1, long b = long.MinValue, ulong c = ulong.MaxValue, uint d = 4000000000, byte e = 255, sbyte f = -128, short g = -5, ushort h = 7, int i = int.MinValue, nint j = -1, nuint k = 5);
            private int WholeCore(int a, long b, ulong c, uint d, byte e, sbyte f, short g, ushort h, int i, nint j, nuint k) => 1;
            [Memoize] public partial int Enums(F a = F.A | F.B, F b = F.Least, F c = default, F d = (F)64, U e = U.Most, Small f = Small.Minus, F? g = F.A, F? h = null, DayOfWeek? i = (DayOfWeek)(-3));
            private int EnumsCore(F a, F b, F c, F d, U e, Small f, F? g, F? h, DayOfWeek? i) => 1;
            [Memoize] public partial int Broken(double a = double.NaN, double b = double.PositiveInfinity, double c = double.NegativeInfinity, double d = double.Epsilon, double e = -0.0, double? f = -1.5, float g = float.NaN, float h = float.MaxValue, float? i = float.NegativeInfinity, decimal j = 1.50m, decimal k = -0.000001m, decimal l = decimal.MaxValue, decimal? m = -3m);
            private int BrokenCore(double a, double b, double c, double d, double e, double? f, float g, float h, float? i, decimal j, decimal k, decimal l, decimal? m) => 1;
            [Memoize] public partial int Text(char a = '\'', char b = '\\', char c = '\0', char d = '\n', char e = '"', char f = '\u2028', char g = '\ud800', char? h = 'x', string i = "\"q\"", string j = "a\r\nb\tc\\", string? k = null, string l = "", string m = "\ud800\0\u0085{x}", bool n = true, bool? o = false);
            private int TextCore(char a, char b, char c, char d, char e, char f, char g, char? h, string i, string j, string? k, string l, string m, bool n, bool? o) => 1;
            [Memoize] public partial int Defaults<T, V>(T? a = default, V? b = null, Guid c = default, DateTime d = default, TimeSpan? e = null, R f = default, R? g = null, (int, int) h = default, int[]? i = null, ImmutableArray<int> j = default, DateOnly k = new(), string l = null!, CancellationToken ct = default) where V : struct;
            private int DefaultsCore<T, V>(T? a, V? b, Guid c, DateTime d, TimeSpan? e, R f, R? g, (int, int) h, int[]? i, ImmutableArray<int> j, DateOnly k, string l) where V : struct => 1;
        }
        static class Probe
        {
            static void Run()
            {
                var s = new S();
                s.Whole();
                Check.Same(true, s.Memoized.Whole.Remove());
                s.Enums();
                Check.Same(true, s.Memoized.Enums.Remove());
                s.Broken();
                Check.Same(true, s.Memoized.Broken.Remove());
                s.Text();
                Check.Same(true, s.Memoized.Text.Remove());
                s.Defaults<string, int>();
                Check.Same(true, s.Memoized.Defaults<string, int>().Remove());
            }
        }
        """);

    [Fact]
    public Task Only_the_last_ones_can_be_left_out() => Probe.RunAsync("""
        using System.Runtime.CompilerServices;
        using System.Runtime.InteropServices;
        public partial class S
        {
            [Memoize(Scope = CacheScope.User)] public partial int Mine(int a = 1, UserContext? user = null, int c = 3);
            private int MineCore(int a, UserContext? user, int c) => 1;
            [Memoize] public partial int Some(string a = "x", params int[] b);
            private int SomeCore(string a, int[] b) => b.Length;
            [Memoize] public partial int Attributed([Optional] int a, [Optional, DefaultParameterValue(5)] int b, [DateTimeConstant(12345L), Optional] DateTime c, int d = 7);
            private int AttributedCore(int a, int b, DateTime c, int d) => b;
            [Memoize(IgnoreArguments = ["b"])] public partial int Ignored(int a = 1, int b = 2, int c = 3);
            private int IgnoredCore(int a, int b, int c) => b;
            [Memoize(IgnoreArguments = ["file", "line", "text"])] public partial int Called(int a, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerArgumentExpression(nameof(a))] string text = "");
            private int CalledCore(int a, string file, int line, string text) => line;
        }
        static class Probe
        {
            static void Run()
            {
                var s = new S();
                s.Mine(1, new UserContext("ada"));
                Check.Same(true, s.Memoized.Mine.Remove(1, new UserContext("ada")));
                Check.Same(2, s.Some("a", 1, 2));
                Check.Same(true, s.Memoized.Some.Remove("a", [1, 2]));
                Check.Same(5, s.Attributed());
                Check.Same(true, s.Memoized.Attributed.Remove(0, 5, new DateTime(12345L)));
                s.Ignored();
                Check.Same(true, s.Memoized.Ignored.Remove());
                Check.Same(s.Called(1), s.Called(1));
                Check.Same(true, s.Memoized.Called.Remove(1));
            }
        }
        """);
}
