namespace Larder.Memoize.Tests.Generation;

/// <summary>Memoized methods in types of every kind.</summary>
public sealed class PlaceTests
{
    [Fact]
    public Task Derived_classes_that_compute_something_else_share_nothing() => Probe.RunAsync("""
        public abstract partial class Repository<T>
        {
            [Memoize] public partial string Get(int x);
            protected abstract string GetCore(int x);
        }
        public sealed class A : Repository<int> { protected override string GetCore(int x) => "A"; }
        public sealed class B : Repository<int> { protected override string GetCore(int x) => "B"; }

        public partial class Open
        {
            [Memoize] public partial string Get(int x);
            private string GetCore(int x) => Name + x;
            protected virtual string Name => "Open";
            [Invalidates(nameof(Get))] public partial void Save(int x);
            private void SaveCore(int x) { }
        }
        public class Derived : Open { protected override string Name => "Derived"; }

        static class Probe
        {
            static void Run()
            {
                Check.Same("A", new A().Get(1));
                Check.Same("B", new B().Get(1));
                Check.Same("A", new A().Get(1));
                Check.Same("Open1", new Open().Get(1));
                Check.Same("Derived1", new Derived().Get(1));
                Check.Same("Open1", new Open().Get(1));

                new Derived().Save(1);
                Check.Same(false, new Derived().Memoized.Get.TryGet(1, out _));
                Check.Same(true, new Open().Memoized.Get.TryGet(1, out _));
                new Open().Save(1);
                Check.Same(false, new Open().Memoized.Get.TryGet(1, out _));
            }
        }
        """);

    [Fact]
    public Task Overriding_and_hiding_methods_share_nothing() => Probe.RunAsync("""
        public partial class B { [Memoize] public virtual partial int Get(int x); private int GetCore(int x) => 1; [Memoize] public static partial int Of(int x); private static int OfCore(int x) => 1; }
        public partial class D : B { [Memoize] public sealed override partial int Get(int x); private int GetCore(int x) => 2; [Memoize] public static new partial int Of(int x); private static int OfCore(int x) => 2; }
        public partial class E : D { [Memoize] public new partial int Get(int x); private int GetCore(int x) => 3; [Memoize] protected internal partial int F(int x); private int FCore(int x) => 4; [Memoize] private protected partial int G(int x); private int GCore(int x) => 5; }
        static class Probe
        {
            static void Run()
            {
                Check.Same("1 2 2 3 1 2", $"{new B().Get(1)} {new D().Get(1)} {((B)new E()).Get(1)} {new E().Get(1)} {B.Of(1)} {D.Of(1)}");
                Check.Same(true, new E().Memoized.Get.Remove(1));
                Check.Same(2, new D().Get(1));
            }
        }
        """);

    [Fact]
    public Task Readonly_members_of_structs() => Probe.RunAsync("""
        public partial struct S
        {
            public S(ICache cache) => Cache = cache;
            public ICache Cache { get; }
            [Memoize] public readonly partial int Get(int x);
            private readonly int GetCore(int x) => x;
            [Invalidates(nameof(Get))] public readonly partial void Save(int x);
            private readonly void SaveCore(int x) { }
            [Invalidates(nameof(Get))] public partial Task SaveAsync(int x);
            private readonly Task SaveCoreAsync(int x) => Task.CompletedTask;
        }
        public readonly partial record struct R(string Name) : ICacheKeyPart
        {
            [Memoize] public partial int Get(int x);
            private int GetCore(int x) => x + Name.Length;
            public void WriteTo(ref CacheKeyWriter writer) => writer.Append(Name);
        }
        static class Probe
        {
            static void Run()
            {
                var s = new S(Cache.Default);
                Check.Same(1, s.Get(1));
                s.Save(1);
                Check.Same(false, s.Memoized.Get.TryGet(1, out _));
                Check.Same(2, new R("a").Get(1));
                Check.Same(3, new R("aa").Get(1));
            }
        }
        """);

    [Fact]
    public Task Nested_generic_types_with_every_constraint() => Probe.RunAsync("""
        public partial class Outer<TOuter> where TOuter : class?
        {
            public partial struct Mid<TMid> where TMid : unmanaged
            {
                public static partial class Inner<TIn> where TIn : notnull, new()
                {
                    private static int _calls;
                    [Memoize] public static partial string Get<T, U, V, W>(T a, U? b, V c, W d) where T : class? where U : struct where V : notnull where W : unmanaged;
                    private static string GetCore<A, U, V, W>(A a, U? b, V c, W d) where A : class? where U : struct where V : notnull where W : unmanaged => $"{typeof(TOuter)}{++_calls}";
                    [Memoize] public static partial T New<T>(int x) where T : IComparable<T>?, new();
                    private static T NewCore<T>(int x) where T : IComparable<T>?, new() => new();
                    [Memoize] public static partial string Name<T>(int x) where T : allows ref struct;
                    private static string NameCore<T>(int x) where T : allows ref struct => typeof(T).Name;
                }
            }
        }
        static class Probe
        {
            static void Run()
            {
                string a = Outer<string>.Mid<int>.Inner<object>.Get<string?, int, string, Guid>(null, 3, "x", default);
                Check.Same(a, Outer<string>.Mid<int>.Inner<object>.Get<string?, int, string, Guid>(null, 3, "x", default));
                Check.Differ(a, Outer<object>.Mid<int>.Inner<object>.Get<string?, int, string, Guid>(null, 3, "x", default));
                Check.Same("Span`1", Outer<object>.Mid<int>.Inner<object>.Name<Span<int>>(1));
                Check.Same("Int32", Outer<object>.Mid<int>.Inner<object>.Name<int>(1));
                Check.Same(0, Outer<object>.Mid<int>.Inner<object>.New<int>(1));
            }
        }
        """);

    [Fact]
    public Task Body_may_name_tuple_elements_and_type_parameters_otherwise() => Probe.RunAsync("""
        public static partial class S
        {
            [Memoize] public static partial (int A, string? B) Get<T>((int A, int B) x, List<(T X, T Y)> y);
            private static (int, string?) GetCore<U>((int, int) x, List<(U, U)> y) => (x.Item1, null);
        }
        static class Probe { static void Run() => Check.Same((1, null), S.Get((1, 2), [(3, 4)])); }
        """);

    [Fact]
    public Task Obsolete_and_experimental_types_and_methods() => Probe.RunAsync("""
        #pragma warning disable CS0612, CS0618, EXP1
        [Obsolete] public readonly record struct Old(int X);
        [Obsolete("x")] public enum OldKind { A }
        [System.Diagnostics.CodeAnalysis.Experimental("EXP1")] public readonly record struct New(int X);
        public static partial class S
        {
            [Memoize, Obsolete("use other")] public static partial Old Get(Old o, New n, OldKind kind = OldKind.A);
            [Obsolete] private static Old GetCore(Old o, New n, OldKind kind) => o;
        }
        [Obsolete] public interface IOld { [Memoize] int Get(int x); [Obsolete] int Other(New x); }
        static class Probe { static void Run() => Check.Same(new Old(3), S.Get(new Old(3), default)); }
        """, "CS0612", "CS0618", "EXP1");

    [Fact]
    public Task Annotations_that_only_the_user_can_keep() => Probe.RunAsync("""
        public partial class S
        {
            [return: System.Diagnostics.CodeAnalysis.NotNull]
            [Memoize] public partial string? Get([System.Diagnostics.CodeAnalysis.AllowNull] string x);
            private string GetCore([System.Diagnostics.CodeAnalysis.AllowNull] string x) => x ?? "none";
        #nullable disable
            [Memoize] public partial string Old(string x, List<string> y = null);
            private string OldCore(string x, List<string> y) => x;
        #nullable restore
        }
        static class Probe { static void Run() { Check.Same("none", new S().Get(null)); Check.Same("a", new S().Old("a")); Check.Same(true, new S().Memoized.Old.Remove("a")); } }
        """, "CS8603", "CS8604");

    [Fact]
    public Task Unsafe_methods_whose_pointers_stay_inside() => Probe.RunAsync("""
        public partial class S
        {
            [Memoize] public unsafe partial int Get(int x);
            private unsafe int GetCore(int x) => *&x;
            [Memoize] public unsafe partial Task<int> GetAsync(int x);
            private unsafe Task<int> GetCoreAsync(int x) => Task.FromResult(*&x);
        }
        static class Probe { static async Task Run() { Check.Same(1, new S().Get(1)); Check.Same(1, await new S().GetAsync(1)); } }
        """);

    [Fact]
    public Task Documentation_of_every_kind_is_carried_over() => Probe.RunAsync("""
        /// <summary>S.</summary>
        public partial class S
        {
            /// <summary>Gets <see cref="B"/> &amp; <paramref name="x"/>.</summary>
            /// <param name="x">The <see cref="List{T}"/> of <paramref name="y"/>, see <see cref="S.B"/> &lt;b&gt; and <typeparamref name="T"/>.</param>
            /// <param name="y">One line,
            ///   another <c>a</c> <see href="https://example.org?a=1&amp;b=2">x</see></param>
            /// <typeparam name="T">t</typeparam>
            /// <returns>r</returns>
            [Memoize(IgnoreArguments = ["y"])] public partial int Get<T>(T x, string y);
            private int GetCore<T>(T x, string y) => 1;
            /// <inheritdoc cref="Get"/>
            [Memoize] public partial int B(int @class);
            private int BCore(int @class) => 1;
        }
        static class Probe { static void Run() => Check.Same(1, new S().Get(1, "")); }
        """);
}
