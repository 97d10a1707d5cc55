namespace Larder.Memoize.Tests.Generation;

/// <summary>Decorators of interfaces of every shape.</summary>
public sealed class DecoratorShapeTests
{
    [Fact]
    public Task Implementations_share_nothing() => Probe.RunAsync("""
        public interface IRates { [Memoize] int Get(int x); [Invalidates(nameof(Get))] void Set(int x); }
        class Ecb : IRates { public int Get(int x) => 1; public void Set(int x) { } }
        class Fed : IRates { public int Get(int x) => 2; public void Set(int x) { } }
        static class Probe
        {
            static void Run()
            {
                Cache cache = Cache.Create();
                IRates ecb = new MemoizedRates(new Ecb(), cache);
                IRates fed = new MemoizedRates(new Fed(), cache);
                Check.Same(1, ecb.Get(1));
                Check.Same(2, fed.Get(1));
                Check.Same(1, new MemoizedRates(new Ecb(), cache).Memoized.Get.TryGet(1, out int known) ? known : 0);
                fed.Set(1);
                Check.Same(true, ((MemoizedRates)ecb).Memoized.Get.TryGet(1, out _));
                Check.Same(false, ((MemoizedRates)fed).Memoized.Get.TryGet(1, out _));
            }
        }
        """);

    [Fact]
    public Task Members_of_two_interfaces_with_the_same_names() => Probe.RunAsync("""
        public interface IA { [Memoize] int Get(int x); [Invalidates(nameof(Get))] void Save(int x); int Other(int x); int P { get; } event Action E; }
        public interface IB { [Memoize] int Get(int x); [Invalidates(nameof(Get))] void Save(int x); int Other(int x); int P { get; } event Action E; }
        public interface IBoth : IA, IB { [Memoize] int Top(int _inner, int _cache, int _implementation); [Memoize] new int Get(int x); }
        class Both : IBoth
        {
            private int _calls;
            int IA.Get(int x) => 100 + ++_calls;
            int IB.Get(int x) => 200 + ++_calls;
            int IBoth.Get(int x) => 300 + ++_calls;
            int IBoth.Top(int a, int b, int c) => ++_calls;
            void IA.Save(int x) { }
            void IB.Save(int x) { }
            int IA.Other(int x) => 1;
            int IB.Other(int x) => 2;
            int IA.P => 1;
            int IB.P => 2;
            event Action IA.E { add { } remove { } }
            event Action IB.E { add { } remove { } }
        }
        static class Probe
        {
            static void Run()
            {
                IBoth both = new MemoizedBoth(new Both(), Cache.Create());
                IA a = both;
                IB b = both;
                int first = a.Get(1), second = b.Get(1), third = both.Get(1);
                Check.Same("1 2 3", $"{first / 100} {second / 100} {third / 100}");
                b.Save(1);
                Check.Same(first, a.Get(1));
                Check.Same(third, both.Get(1));
                Check.Differ(second, b.Get(1));
                second = b.Get(1);
                a.Save(1);
                Check.Differ(first, a.Get(1));
                Check.Same(second, b.Get(1));
                Check.Same("1 2", $"{a.P} {b.Other(1)}");
                Check.Same(both.Top(1, 2, 3), both.Top(1, 2, 3));
            }
        }
        """);

    [Fact]
    public Task Everything_else_is_handed_on_whatever_its_shape() => Probe.RunAsync("""
        public interface IAll : IDisposable, IAsyncDisposable
        {
            [Memoize] int Get(int x);
            int this[int i] { get; set; }
            string this[string s, int j] { get; }
            int WriteOnly { set; }
            int Init { get; init; }
            ref int Reference { get; }
            ref readonly int ReadOnly { get; }
            event EventHandler<int> E;
            void Kinds(in int a, ref int b, out int c, ref readonly int d, params int[] e);
            T Generic<T, U>(T t, U? u, params ReadOnlySpan<T> s) where T : class, new() where U : struct;
            T? Open<T>(T? t);
            Task<T> NotNull<T>(T t) where T : notnull;
            void Unmanaged<T>(T t) where T : unmanaged;
            ref int ByRef(int i);
            int Default(int x) => x + 1;
            sealed int Sealed(int x) => x;
            protected int Protected() => 2;
            internal int Internal(int x);
            static int Static(int x) => x;
            static virtual int Virtual(int x) => x;
            unsafe int* Pointer(int* a, delegate*<int, void> f);
            unsafe int* PointerProperty { get; }
            void Scoped(scoped Span<int> s, scoped ref int x);
            (int A, string? B) Tuple((int C, dynamic D) t);
            int @class(int @event);
            int Optional(int a = 3, string b = "x", CancellationToken ct = default);
            const int Constant = 3;
            class Nested;
        }
        unsafe class All : IAll
        {
            private int _field;
            public int Disposed, Calls;
            public int Get(int x) => ++Calls;
            public int this[int i] { get => i; set => Calls = value; }
            public string this[string s, int j] => s;
            public int WriteOnly { set { } }
            public int Init { get => 1; init { } }
            public ref int Reference => ref _field;
            public ref readonly int ReadOnly => ref _field;
            public event EventHandler<int> E { add { } remove { } }
            public void Kinds(in int a, ref int b, out int c, ref readonly int d, params int[] e) { b = a; c = d; }
            public T Generic<T, U>(T t, U? u, params ReadOnlySpan<T> s) where T : class, new() where U : struct => t;
            public T? Open<T>(T? t) => t;
            public Task<T> NotNull<T>(T t) where T : notnull => Task.FromResult(t);
            public void Unmanaged<T>(T t) where T : unmanaged { }
            public ref int ByRef(int i) => ref _field;
            int IAll.Internal(int x) => x;
            public int* Pointer(int* a, delegate*<int, void> f) => a;
            public int* PointerProperty => null;
            public void Scoped(scoped Span<int> s, scoped ref int x) => x = s.Length;
            public (int A, string? B) Tuple((int C, dynamic D) t) => (t.C, null);
            public int @class(int @event) => @event;
            public int Optional(int a, string b, CancellationToken ct) => a;
            public void Dispose() => Disposed++;
            public ValueTask DisposeAsync() { Disposed++; return default; }
        }
        static class Probe
        {
            static async Task Run()
            {
                var inner = new All();
                IAll all = new MemoizedAll(inner, Cache.Create());
                int b = 0;
                all.Kinds(5, ref b, out int c, in b);
                Check.Same((5, 5), (b, c));
                all.Reference = 7;
                Check.Same(7, all.ByRef(1));
                Check.Same("4 3 1 6 3", $"{all.Default(3)} {all.Sealed(3)} {all.Tuple((1, 2)).A} {all.@class(6)} {all.Optional()}");
                all.Scoped(new int[2], ref b);
                Check.Same(2, b);
                all[1] = 9;
                Check.Same(9, inner.Calls);
                all.Dispose();
                await all.DisposeAsync();
                Check.Same(2, inner.Disposed);
                Check.Same(all.Get(1), all.Get(1));
            }
        }
        """);

    [Fact]
    public Task Generic_methods_with_every_constraint() => Probe.RunAsync("""
        public interface IX
        {
            [Memoize] T? Get<T>(int x) where T : class;
            [Memoize] Task<T> Get2<T>(T x, CancellationToken ct) where T : struct;
            [Memoize] T Get3<T>(int x) where T : notnull, new();
            [Memoize] T? Get4<T>(int x);
            [Invalidates(nameof(Get))] Task Save<T>(int x) where T : class;
            [Invalidates(nameof(Get4), All = true)] void Save4<T>();
            [Memoize(Scope = CacheScope.User)] int Mine(UserContext u, int x);
            [Invalidates(nameof(Mine))] void SaveMine(int x, UserContext u);
        }
        class X : IX
        {
            private int _calls;
            public T? Get<T>(int x) where T : class { _calls++; return null; }
            public Task<T> Get2<T>(T x, CancellationToken ct) where T : struct => Task.FromResult(x);
            public T Get3<T>(int x) where T : notnull, new() => new();
            public T? Get4<T>(int x) => default;
            public Task Save<T>(int x) where T : class => Task.CompletedTask;
            public void Save4<T>() { }
            public int Mine(UserContext u, int x) => ++_calls;
            public void SaveMine(int x, UserContext u) { }
        }
        static class Probe
        {
            static async Task Run()
            {
                var decorator = new MemoizedX(new X(), Cache.Create());
                IX x = decorator;
                Check.Same(null, x.Get<string>(1));
                Check.Same(5, await x.Get2(5, default));
                Check.Same(0, x.Get3<int>(1) + x.Get4<int>(1));
                await x.Save<string>(1);
                Check.Same(false, decorator.Memoized.Get<string>().TryGet(1, out _));
                x.Save4<int>();
                Check.Same(false, decorator.Memoized.Get4<int>().TryGet(1, out _));
                Check.Same(x.Mine(new("ada"), 1), x.Mine(new("ada"), 1));
                x.SaveMine(1, new("ada"));
                Check.Same(false, decorator.Memoized.Mine.TryGet(new("ada"), 1, out _));
            }
        }
        """);

    [Fact]
    public Task Interfaces_called_as_what_is_generated() => Probe.RunAsync("""
        public interface IResults { [Memoize] int Get(int x); [Memoize] int Memoized(int x); [Memoize] int MemoizedResults(int x); }
        public interface I { [Memoize] int Get(int x); }
        static class Probe { static void Run() => Check.Differ(typeof(MemoizedIResults), typeof(MemoizedI)); }
        """);
}
