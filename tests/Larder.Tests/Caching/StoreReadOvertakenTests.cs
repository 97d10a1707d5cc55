using Larder.Conformance.Faults;

namespace Larder.Tests.Caching;

/// <summary>G3 for values read from the store: a removal that lands while the store is being read wins (FusionCache 613).</summary>
public sealed class StoreReadOvertakenTests
{
    /// <summary>What reads the store.</summary>
    public enum Reader
    {
        GetOrSet,
        TryGet,
        Contains,
        GetMany,
        GetOrSetMany,
        SetTimeToLive,
    }

    public static TheoryData<Invalidation, Reader, StoreKind> Cases
    {
        get
        {
            var cases = new TheoryData<Invalidation, Reader, StoreKind>();
            foreach (Invalidation how in Enum.GetValues<Invalidation>())
            {
                foreach (Reader reader in Enum.GetValues<Reader>())
                {
                    cases.Add(how, reader, StoreKind.Plain);
                    cases.Add(how, reader, StoreKind.Capable);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task An_answer_that_is_on_its_way_is_overtaken(Invalidation how, Reader reader, StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        await Subject.In(bed.Another()).SetAsync(Subject.Key, "old", options: Subject.Options).Soon();
        bed.Advance(TimeSpan.FromSeconds(1));

        // The store has answered; its answer is on its way. Only that one: the invalidation may ask, too.
        Fault reply = bed.Store.HoldReply(StoreCalls.Get | StoreCalls.GetMany, times: 1);
        Task reading = Task.Run(() => ReadAsync(Subject.In(bed.Cache), reader));
        await reply.ReachedAsync().Soon();

        await how.ApplyAsync(bed.Cache);
        reply.End();
        await reading.Soon();

        CacheResult<string> expected = how.IsSet() ? new CacheResult<string>(Subject.SetValue) : default;
        Assert.Equal(expected, await Subject.In(bed.Cache).TryGetAsync<string>(Subject.Key).Soon());
        Assert.Equal(expected, await Subject.In(bed.Another()).TryGetAsync<string>(Subject.Key).Soon());
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_reader_who_asks_while_the_store_is_being_changed_does_not_bring_the_old_value_back(Invalidation how, Reader reader, StoreKind kind)
    {
        await using var bed = new Testbed(kind);
        await Subject.In(bed.Another()).SetAsync(Subject.Key, "old", options: Subject.Options).Soon();
        bed.Advance(TimeSpan.FromSeconds(1));

        // The change is on its way to the store, which has the old value still.
        Fault change = bed.Store.Hold(StoreCalls.Set | StoreCalls.Remove | StoreCalls.RemoveMany | StoreCalls.BumpEpoch | StoreCalls.Scan);
        Task changing = Task.Run(() => how.ApplyAsync(bed.Cache));
        await change.ReachedAsync().Soon();

        Task reading = Task.Run(() => ReadAsync(Subject.In(bed.Cache), reader));
        // A new TTL waits in line behind what is being changed, and a factory of a leasing store for its lease;
        // everything else is answered at once.
        if (reader != Reader.SetTimeToLive && !(reader == Reader.GetOrSet && kind == StoreKind.Capable))
            await reading.Soon();
        change.End();
        await changing.Soon();
        await reading.Soon();

        CacheResult<string> kept = await Subject.In(bed.Cache).TryGetAsync<string>(Subject.Key).Soon();
        Assert.NotEqual(new CacheResult<string>("old"), kept);
        Assert.NotEqual(new CacheResult<string>("old"), await Subject.In(bed.Another()).TryGetAsync<string>(Subject.Key).Soon());
    }

    private static async Task ReadAsync(Cache cache, Reader reader)
    {
        switch (reader)
        {
            case Reader.GetOrSet:
                await cache.GetOrSetAsync<string>(
                    Subject.Key,
                    (entry, _) =>
                    {
                        entry.DoNotCache = true;
                        return new ValueTask<string>("computed");
                    },
                    options: Subject.Options);
                break;
            case Reader.TryGet:
                await cache.TryGetAsync<string>(Subject.Key);
                break;
            case Reader.Contains:
                await cache.ContainsAsync(Subject.Key);
                break;
            case Reader.GetMany:
                await cache.GetManyAsync<string>([Subject.Key, "b"]);
                break;
            case Reader.GetOrSetMany:
                await cache.GetOrSetManyAsync<string>([Subject.Key], (keys, _) => new ValueTask<IReadOnlyDictionary<string, string>>(new Dictionary<string, string>()), options: Subject.Options);
                break;
            case Reader.SetTimeToLive:
                await cache.SetTimeToLiveAsync(Subject.Key, TimeSpan.FromMinutes(30));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(reader), reader, "There is no such reader.");
        }
    }
}
