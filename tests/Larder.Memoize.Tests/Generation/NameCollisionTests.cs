namespace Larder.Memoize.Tests.Generation;

/// <summary>Whatever parameters, members and types are called: what is generated beside them has other names.</summary>
public sealed class NameCollisionTests
{
    [Fact]
    public Task Parameters_called_as_what_is_generated() => Probe.RunAsync("""
        public partial class S
        {
            [Memoize]
            public partial int Get(int key, int cache, int call, int hit, int error, int entry, int value, int text, int self, int _owner, int Method, int GetMemo, int GetHandle, int GetMiss, int MemoizedResults);
            private int GetCore(int key, int cache, int call, int hit, int error, int entry, int value, int text, int self, int _owner, int Method, int GetMemo, int GetHandle, int GetMiss, int MemoizedResults) => _owner;
            [Memoize]
            public partial int Any<T>(T Method, int _owner);
            private int AnyCore<T>(T Method, int _owner) => _owner;
        }
        static class Probe
        {
            static void Run()
            {
                var s = new S();
                Check.Same(10, s.Get(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
                Check.Same(true, s.Memoized.Get.Remove(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
                Check.Same(2, s.Any("a", 2));
                Check.Same(true, s.Memoized.Any<string>().Remove("a", 2));
            }
        }
        """);

    [Fact]
    public Task Members_called_as_what_is_generated() => Probe.RunAsync("""
        public class Base { public int ListHandle() => 1; }
        public partial class S : Base
        {
            [Memoize] public partial int Get(int x);
            private int GetCore(int x) => x;
            [Memoize] public partial int List(int x);
            private int ListCore(int x) => x;
            public int GetHandle() => 2;
            public int GetResults() => 3;
            public int GetMemo;
            public int GetMiss { get; }
        }
        static class Probe
        {
            static void Run()
            {
                var s = new S();
                Check.Same(5, s.Get(5));
                Check.Same(true, s.Memoized.Get.Remove(5));
                Check.Same(6, s.GetHandle() + s.GetResults() + s.ListHandle());
                Check.Same(7, s.List(7) + s.GetMemo + s.GetMiss);
            }
        }
        """);

    [Fact]
    public Task Overloads_whose_types_have_the_same_short_names() => Probe.RunAsync("""
        namespace One { public readonly record struct Id(int V); }
        namespace Two { public readonly record struct Id(int V); }
        public partial class S
        {
            [Memoize] public partial int Get(One.Id x);
            private int GetCore(One.Id x) => 1;
            [Memoize] public partial int Get(Two.Id x);
            private int GetCore(Two.Id x) => 2;
            [Memoize] public partial int Get(int x);
            private int GetCore(int x) => 3;
            [Memoize(nameof(Slow))] public partial int Get(int x, CancellationToken ct);
            private int Slow(int x) => 4;
            [Memoize] public partial int Get(long x);
            private int GetCore(long x) => 5;
            [Memoize] public partial int GetOfInt64(int x);
            private int GetOfInt64Core(int x) => 6;
            [Memoize] public partial int Get(int? x);
            private int GetCore(int? x) => 7;
            [Memoize] public partial int Get<T>(T x);
            private int GetCore<T>(T x) => 8;
            [Memoize] public partial int Get<T>(T[] x);
            private int GetCore<T>(T[] x) => 9;
            [Memoize] public partial int Get(int[] x);
            private int GetCore(int[] x) => 10;
            [Memoize] public partial int Get(List<string> x);
            private int GetCore(List<string> x) => 11;
            [Memoize] public partial int Get(List<int> x);
            private int GetCore(List<int> x) => 12;
        }
        static class Probe
        {
            static void Run()
            {
                var s = new S();
                int[] all = [s.Get(new One.Id(1)), s.Get(new Two.Id(1)), s.Get(1), s.Get(1, CancellationToken.None), s.Get(1L), s.GetOfInt64(1), s.Get((int?)1), s.Get<int>(1), s.Get<int>([1]), s.Get(new int[] { 1 }), s.Get(new List<string>()), s.Get(new List<int>())];
                Check.Same("1,2,3,4,5,6,7,8,9,10,11,12", string.Join(",", all));
                Check.Same(true, s.Memoized.GetOfOneId.Remove(new One.Id(1)));
                Check.Same(6, s.GetOfInt64(1));
            }
        }
        """);

    [Fact]
    public Task Locals_of_nullable_values() => Probe.RunAsync("""
        public readonly record struct Inner(DateTime? Value);
        public readonly record struct R(DateTime? A, Inner? Item);
        public static partial class S
        {
            [Memoize] public static partial int Get(DateTime? r, DateTime? rValue, R rA, R? rAValue, (DateTime?, DateTime?) t, DateTime? tItem, DateTime? rAA);
            private static int GetCore(DateTime? r, DateTime? rValue, R rA, R? rAValue, (DateTime?, DateTime?) t, DateTime? tItem, DateTime? rAA) => 1;
        }
        static class Probe
        {
            static void Run()
            {
                DateTime now = new(2026, 1, 2);
                Check.Same(1, S.Get(now, null, new R(now, new Inner(now)), null, (now, null), now, null));
                Check.Differ(S.MemoizedMethods.Get.KeyFor(now, null, default, null, default, null, null), S.MemoizedMethods.Get.KeyFor(null, now, default, null, default, null, null));
            }
        }
        """);

    [Fact]
    public Task Types_that_differ_by_case_only() => Probe.RunAsync("""
        public static partial class Foo { [Memoize] public static partial int Get(int x); private static int GetCore(int x) => 1; }
        public static partial class FOO { [Memoize] public static partial int Get(int x); private static int GetCore(int x) => 2; }
        public interface IBar { [Memoize] int Get(int x); }
        public interface IBAR { [Memoize] int Get(int x); }
        static class Probe
        {
            static void Run()
            {
                Check.Same(1, Foo.Get(1));
                Check.Same(2, FOO.Get(1));
                Check.Differ(typeof(MemoizedBar), typeof(MemoizedBAR));
            }
        }
        """);

    [Fact]
    public Task Keywords_and_letters_of_other_scripts() => Probe.RunAsync("""
        namespace @namespace.中文
        {
            public partial class @event<@int> where @int : notnull
            {
                [Memoize(nameof(@for), Tags = ["a:{class}"], Scope = CacheScope.User)]
                public partial int @while(int @class, string größe, @int @params, UserContext @this, CancellationToken @return = default);
                private int @for(int @class, string größe, @int @params, UserContext @this, CancellationToken @return) => @class;
                [Invalidates(nameof(@while))]
                public partial ValueTask @do(int @class, string größe, @int @params, UserContext @this);
                private ValueTask doCore(int @class, string größe, @int @params, UserContext @this) => default;
                [Memoize] public partial ValueTask<int> @async(int @await, int @value, int @field, int @record, int @var, int @global, int @_);
                private ValueTask<int> asyncCore(int @await, int @value, int @field, int @record, int @var, int @global, int @_) => new(@await);
            }
        }
        static class Probe
        {
            static async Task Run()
            {
                var e = new @namespace.中文.@event<string>();
                var user = new UserContext("a");
                Check.Same(1, e.@while(1, "", "", user));
                await e.@do(1, "", "", user);
                Check.Same(false, e.Memoized.@while.TryGet(1, "", "", user, out _));
                Check.Same(1, await e.@async(1, 2, 3, 4, 5, 6, 7));
            }
        }
        """);

    [Fact]
    public Task Namespaces_and_members_called_System_and_Larder() => Probe.RunAsync("""
        namespace App.System.Larder
        {
            public class ICache;
            public partial class Task
            {
                public int System, Larder, global;
                [Memoize(TtlSeconds = 5, Tags = ["{x}"], Verbose = true)] public partial global::System.Threading.Tasks.Task<DateTime> Get(int x, List<Uri>? y);
                private global::System.Threading.Tasks.Task<DateTime> GetCore(int x, List<Uri>? y) => global::System.Threading.Tasks.Task.FromResult(DateTime.MaxValue);
            }
        }
        static class Probe { static async Task Run() => Check.Same(DateTime.MaxValue, await new App.System.Larder.Task().Get(1, null)); }
        """);
}
