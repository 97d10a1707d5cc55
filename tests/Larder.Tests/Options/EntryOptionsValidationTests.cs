using Larder.Entries;
namespace Larder.Tests.Options;

public sealed class EntryOptionsValidationTests
{
    public static TheoryData<string, EntryOptions> Wrong { get; } = new()
    {
        { "Ttl is 00:00:00; it must be positive, or Timeout.InfiniteTimeSpan for ever.", new EntryOptions { Ttl = TimeSpan.Zero } },
        { "SlidingExpiration is infinite; it must be positive.", new EntryOptions { SlidingExpiration = Timeout.InfiniteTimeSpan } },
        { "Grace is -00:00:01; it must be zero or more.", new EntryOptions { Grace = TimeSpan.FromSeconds(-1) } },
        { "GraceThrottle is 00:00:00; it must be positive.", new EntryOptions { GraceThrottle = TimeSpan.Zero } },
        { "Jitter is -00:00:01; it must be zero or more.", new EntryOptions { Jitter = TimeSpan.FromSeconds(-1) } },
        { "EagerRefresh is -0.1; it must be at least 0 (off) and less than 1.", new EntryOptions { EagerRefresh = -0.1 } },
        { "SoftTimeout is 00:00:00; it must be positive and at most 49 days, or Timeout.InfiniteTimeSpan for no limit.", new EntryOptions { SoftTimeout = TimeSpan.Zero } },
        { "HardTimeout is 00:00:00; it must be positive and at most 49 days, or Timeout.InfiniteTimeSpan for no limit.", new EntryOptions { HardTimeout = TimeSpan.Zero } },
        {
            "SoftTimeout is 00:00:02; it must be shorter than HardTimeout (00:00:01), or it never matters.",
            new EntryOptions { SoftTimeout = TimeSpan.FromSeconds(2), HardTimeout = TimeSpan.FromSeconds(1) }
        },
        { "Retry.Retries is -1; it must be 0 to 100.", new EntryOptions { Retry = new RetryOptions { Retries = -1 } } },
        { "Size is -1; it must be zero or more.", new EntryOptions { Size = -1 } },
        { "Tiers is 4; it must be None, Memory, Store or Both.", new EntryOptions { Tiers = (Tiers)4 } },
        { "Tags is \"eu, \"; none of them may be null or empty.", new EntryOptions { Tags = ["eu", ""] } },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_option_is_named_with_its_value_and_what_would_be_right(string error, EntryOptions options)
    {
        InvalidCacheOptionsException exception = Assert.Throws<InvalidCacheOptionsException>(options.Validate);

        Assert.Equal([error], exception.Errors);
    }

    [Fact]
    public void Options_that_say_nothing_or_lie_on_the_edges_are_valid()
    {
        new EntryOptions().Validate();
        new EntryOptions
        {
            Ttl = Timeout.InfiniteTimeSpan,
            SlidingExpiration = TimeSpan.FromTicks(1),
            Grace = TimeSpan.Zero,
            GraceThrottle = TimeSpan.FromTicks(1),
            Jitter = TimeSpan.Zero,
            EagerRefresh = 0,
            SoftTimeout = TimeSpan.FromSeconds(1),
            HardTimeout = TimeSpan.FromSeconds(2),
            Retry = RetryOptions.None,
            Size = 0,
            Tiers = Tiers.None,
            Tags = [],
        }.Validate();
        new EntryOptions { SoftTimeout = Timeout.InfiniteTimeSpan, HardTimeout = TimeSpan.FromSeconds(2) }.Validate();
    }

    [Fact]
    public void Validating_what_is_valid_allocates_nothing()
    {
        var options = new EntryOptions { Ttl = TimeSpan.FromSeconds(1), Grace = TimeSpan.FromSeconds(1), SoftTimeout = TimeSpan.FromSeconds(1) };
        options.Validate();

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            options.Validate();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void The_quick_answer_agrees_with_the_full_one()
    {
        var random = new Random(20260101);
        TimeSpan?[] spans = [null, Timeout.InfiniteTimeSpan, TimeSpan.Zero, TimeSpan.FromSeconds(-1), TimeSpan.FromSeconds(1), TimeSpan.FromDays(60)];
        int refused = 0;
        for (int i = 0; i < 5_000; i++)
        {
            var options = new EntryOptions
            {
                Ttl = Pick(random, spans),
                SlidingExpiration = Pick(random, spans),
                Grace = Pick(random, spans),
                GraceThrottle = Pick(random, spans),
                Jitter = Pick(random, spans),
                SoftTimeout = Pick(random, spans),
                HardTimeout = Pick(random, spans),
                EagerRefresh = Pick<double?>(random, [null, null, 0.5, 1]),
                Size = Pick<long?>(random, [null, null, 0, -1]),
                Tiers = Pick<Tiers?>(random, [null, Tiers.Both, (Tiers)8]),
                Tags = Pick<string[]?>(random, [null, ["a"], [""]]),
            };
            var errors = new OptionErrors();
            options.Validate(errors);
            refused += errors.All.Count > 0 ? 1 : 0;

            Assert.Equal(errors.All.Count > 0, Record.Exception(options.Validate) is not null);
        }

        Assert.InRange(refused, 1, 4_999);
    }

    [Fact]
    public void What_a_factory_decides_is_checked_as_well()
    {
        var context = new EntryContext("a", EntryPolicy.DefaultsOf(new CacheOptions()), stale: null);
        context.Validate();
        (context.Ttl, context.Size) = (TimeSpan.Zero, -1);

        InvalidCacheOptionsException exception = Assert.Throws<InvalidCacheOptionsException>(context.Validate);

        Assert.Equal(["Ttl is 00:00:00; it must be positive, or Timeout.InfiniteTimeSpan for ever.", "Size is -1; it must be zero or more."], exception.Errors);
    }

    [Fact]
    public void A_callers_ttl_is_named_as_the_argument_that_it_is()
    {
        EntryOptionsValidation.ValidateTtl(Timeout.InfiniteTimeSpan);

        InvalidCacheOptionsException exception = Assert.Throws<InvalidCacheOptionsException>(() => EntryOptionsValidation.ValidateTtl(TimeSpan.Zero));

        Assert.Equal("ttl is 00:00:00; it must be positive, or Timeout.InfiniteTimeSpan for ever.", exception.Message);
    }

    private static T Pick<T>(Random random, T[] from) => from[random.Next(from.Length)];
}
