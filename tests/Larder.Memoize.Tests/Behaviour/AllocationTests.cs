using System.Buffers;
using System.Diagnostics;
using Larder.Memoize.Tests.Subjects;

namespace Larder.Memoize.Tests.Behaviour;

/// <summary>A hit through a generated method allocates nothing.</summary>
public sealed class AllocationTests : IAsyncDisposable
{
    private static readonly Guid Id = new("0f8fad5b-d9cb-469f-a165-70867728950e");
    private static readonly UserContext Ada = new("ada", "north");
    private static readonly int[] Ids = [1, 2, 3];

    private readonly Cache _cache = Cache.Create();

    public ValueTask DisposeAsync() => _cache.DisposeAsync();

    private static void AllocatesNothing(Action call)
    {
        long least = long.MaxValue;

        // Until the runtime has compiled the call for good, it boxes; a call that allocates does so for ever.
        for (long start = Stopwatch.GetTimestamp(); least > 0 && Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(20);)
        {
            for (int i = 0; i < 100; i++)
                call();
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
                call();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    [Fact]
    public void One_int()
    {
        var lookups = new Lookups(_cache);
        AllocatesNothing(() => lookups.ByInt(5));
    }

    [Fact]
    public void One_string()
    {
        var lookups = new Lookups(_cache);
        AllocatesNothing(() => lookups.ByString("a name"));
    }

    [Fact]
    public void Hit_with_a_long_argument_gives_its_pooled_buffer_back_once()
    {
        var lookups = new Lookups(_cache);
        string text = new('x', 900);
        lookups.ByString(text);

        Assert.Equal(lookups.ByString(text), lookups.ByString(text));

        char[] first = ArrayPool<char>.Shared.Rent(1024);
        char[] second = ArrayPool<char>.Shared.Rent(1024);
        Assert.NotSame(first, second);
        ArrayPool<char>.Shared.Return(first);
        ArrayPool<char>.Shared.Return(second);
    }

    [Fact]
    public void String_int_and_guid_with_a_ValueTask()
    {
        var lookups = new Lookups(_cache);
        AllocatesNothing(() =>
        {
            ValueTask<string> result = lookups.ByThreeAsync("a name", 5, Id);
            if (!result.IsCompletedSuccessfully || result.Result.Length == 0)
                throw new InvalidOperationException("It should be there.");
        });
    }

    [Fact]
    public void Four_arguments_of_other_types()
    {
        var lookups = new Lookups(_cache);
        AllocatesNothing(() => lookups.ByFour(DayOfWeek.Friday, 1.5m, new DateOnly(2026, 1, 1), null));
        AllocatesNothing(() => lookups.ByFour(DayOfWeek.Friday, 1.5m, new DateOnly(2026, 1, 1), 7));
    }

    [Fact]
    public void Tuples_arrays_and_records()
    {
        var lookups = new Lookups(_cache);
        AllocatesNothing(() => lookups.ByComposite((1, "a", DayOfWeek.Monday), Ids, new Place("London", 5)));
    }

    [Fact]
    public void Context_and_decisions_of_the_entry()
    {
        var lookups = new Lookups(_cache);
        AllocatesNothing(() => lookups.ByUser(5, Ada));
        AllocatesNothing(() => lookups.Tagged(5));
    }

    [Fact]
    public void Generic_method()
    {
        var lookups = new Lookups(_cache);
        AllocatesNothing(() => lookups.Generic<int, long>(5));
        AllocatesNothing(() => lookups.Generic<string, string>("a"));
    }
}
