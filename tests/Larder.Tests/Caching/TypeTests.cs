namespace Larder.Tests.Caching;

/// <summary>Values come back as what they were written as.</summary>
public sealed class TypeTests : IAsyncDisposable
{
    private readonly Testbed _bed = new();

    private Cache Cache => _bed.Cache;

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    [Fact]
    public void Another_type_is_a_miss_and_is_counted()
    {
        Cache.Set("k", 1);

        Assert.False(Cache.TryGet("k", out string _));
        Assert.False(Cache.TryGet("k", out long _));
        Assert.Equal((2, 2), (Cache.Statistics.TypeMismatches, Cache.Statistics.Misses));
        Assert.Equal(1, Cache.Get<int>("k"));
    }

    [Fact]
    public void A_type_that_the_value_can_be_assigned_to_is_a_hit()
    {
        Cache.Set("list", new List<int> { 1 });
        Cache.Set("number", 7);

        Assert.Equal([1], Cache.Get<IReadOnlyList<int>>("list"));
        Assert.Equal([1], (List<int>)Cache.Get<object>("list")!);
        Assert.Equal(7, Cache.Get<object>("number"));
        Assert.Equal(7, Cache.Get<int?>("number"));
        Assert.Equal(7, Cache.Get<IComparable>("number"));
    }

    [Fact]
    public void What_was_written_as_a_wider_type_can_be_read_as_its_own()
    {
        Cache.Set<object>("k", "text");

        Assert.Equal("text", Cache.Get<string>("k"));
        Assert.False(Cache.TryGet("k", out int _));
    }

    [Fact]
    public void A_null_is_one_of_its_own_type_only()
    {
        Cache.Set<string?>("k", null);

        Assert.True(Cache.TryGet("k", out object _));
        Assert.False(Cache.TryGet("k", out int _));
        Assert.False(Cache.TryGet("k", out Version _));
    }

    [Fact]
    public void A_null_number_is_not_zero()
    {
        Cache.Set<int?>("k", null);

        Assert.True(Cache.TryGet("k", out int? found));
        Assert.Null(found);
        Assert.False(Cache.TryGet("k", out int _));
    }

    [Fact]
    public async Task Computing_it_as_another_type_replaces_it()
    {
        Cache.Set("k", 1);

        Assert.Equal("one", await Cache.GetOrSetAsync("k", _ => new ValueTask<string>("one")).Soon());
        Assert.False(Cache.TryGet("k", out int _));
    }

    [Fact]
    public void Structs_enums_and_tuples_are_values()
    {
        Cache.Set("struct", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        Cache.Set("enum", DayOfWeek.Friday);
        Cache.Set("tuple", (1, "two"));
        Cache.Set("default", default(Guid));

        Assert.Equal(2026, Cache.Get<DateTimeOffset>("struct").Year);
        Assert.Equal(DayOfWeek.Friday, Cache.Get<DayOfWeek>("enum"));
        Assert.Equal((1, "two"), Cache.Get<(int, string)>("tuple"));
        Assert.True(Cache.TryGet("default", out Guid _));
    }

    [Fact]
    public void A_miss_gives_the_fallback()
    {
        Assert.Null(Cache.Get<string>("k"));
        Assert.Equal("fallback", Cache.Get("k", "fallback"));
        Assert.Equal(-1, Cache.Get("k", -1));
        Cache.Set<string?>("null", null);
        Assert.Null(Cache.Get<string>("null", "fallback"));
    }

    [Theory]
    [InlineData(StoreKind.Plain)]
    [InlineData(StoreKind.Capable)]
    public async Task Null_and_empty_values_survive_the_store(StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        Cache writer = bed.Another();
        await writer.SetAsync<string?>("null", null).Soon();
        await writer.SetAsync("empty", "").Soon();
        await writer.SetAsync("zero", 0).Soon();
        await writer.SetAsync("false", false).Soon();
        await writer.SetAsync("bytes", Array.Empty<byte>()).Soon();

        Assert.Equal(new CacheResult<string?>(null), await bed.Cache.TryGetAsync<string?>("null").Soon());
        Assert.Equal(new CacheResult<string>(""), await bed.Cache.TryGetAsync<string>("empty").Soon());
        Assert.Equal(new CacheResult<int>(0), await bed.Cache.TryGetAsync<int>("zero").Soon());
        Assert.Equal(new CacheResult<bool>(false), await bed.Cache.TryGetAsync<bool>("false").Soon());
        Assert.Empty((await bed.Cache.TryGetAsync<byte[]>("bytes").Soon()).Value);
        Assert.Null(await bed.Cache.GetOrSetAsync<string?>("null", (CancellationToken _) => throw new InvalidOperationException("must not run")).Soon());
    }
}
