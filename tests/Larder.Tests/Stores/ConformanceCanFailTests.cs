using Larder.Conformance;
using Larder.Stores;
using static Larder.Tests.Stores.BrokenConnections;
using static Larder.Tests.Stores.BrokenStores;

namespace Larder.Tests.Stores;

/// <summary>Every case here passes on a sound store and fails on one that is broken in the one way which it is about.</summary>
public sealed class ConformanceCanFailTests
{
    private static readonly Dictionary<string, (Func<InMemoryStore, ICacheStore> Break, Func<Suites, Task> Case)> Breakages = new()
    {
        ["ignores TTL"] = (inner => new IgnoresTimeToLive(inner), suites => suites.Store.Entry_is_gone_when_its_TTL_has_passed(40)),
        ["ignores TTL, seen by scans"] = (inner => new IgnoresTimeToLive(inner), suites => suites.Store.Expired_entry_is_seen_by_nobody()),
        ["counts time in seconds"] = (inner => new CountsTimeInSeconds(inner), suites => suites.Store.Entry_is_gone_when_its_TTL_has_passed(1100)),
        ["keeps the old TTL"] = (inner => new KeepsOldTimeToLive(inner), suites => suites.Store.Set_replaces_a_long_TTL_by_a_short_one()),
        ["sets the TTL of nothing"] = (inner => new SetsTimeToLiveOfNothing(inner), suites => suites.Store.TTL_of_a_missing_entry_cannot_be_set()),
        ["reuses its read buffer"] = (inner => new ReusesItsReadBuffer(inner), suites => suites.Store.What_was_read_never_changes()),
        ["keeps the caller's buffer"] = (inner => new KeepsTheCallersBuffer(inner), suites => suites.Store.Caller_may_reuse_its_buffer_after_a_write()),
        ["takes empty for missing"] = (inner => new TakesEmptyForMissing(inner), suites => suites.Store.Stored_bytes_come_back_exactly(0)),
        ["trims keys"] = (inner => new ChangesKeys(inner, ChangesKeys.Trim), suites => suites.Store.Keys_that_differ_ordinally_are_different()),
        ["folds the case of keys"] = (inner => new ChangesKeys(inner, ChangesKeys.FoldCase), suites => suites.Store.Keys_that_differ_ordinally_are_different()),
        ["cuts keys at NUL"] = (inner => new ChangesKeys(inner, ChangesKeys.CutAtNul), suites => suites.Store.Keys_that_differ_ordinally_are_different()),
        ["cuts long keys"] = (inner => new ChangesKeys(inner, ChangesKeys.CutLong), suites => suites.Store.Keys_that_differ_ordinally_are_different()),
        ["loses lone surrogates"] = (inner => new ChangesKeys(inner, ChangesKeys.ThroughUtf8), suites => suites.Store.Every_string_is_a_key("lone high surrogate")),
        ["answers each key once"] = (inner => new AnswersEachKeyOnce(inner), suites => suites.Store.Get_many_answers_in_the_order_asked()),
        ["always says removed"] = (inner => new AlwaysRemoved(inner), suites => suites.Store.Remove_tells_whether_there_was_an_entry()),
        ["looks, then removes"] = (inner => new LooksThenRemoves(inner), suites => suites.Store.One_of_many_removers_removed_the_entry()),
        ["ignores cancellation"] = (inner => new IgnoresCancellation(inner), suites => suites.Store.Cancelled_call_does_nothing_and_says_so()),
        ["writes in two steps"] = (inner => new WritesInTwoSteps(inner), suites => suites.Store.Many_writers_of_one_key_leave_one_whole_value_and_readers_see_only_whole_ones()),
        ["acknowledges early"] = (inner => new AcknowledgesEarly(inner), suites => suites.Store.Other_connections_see_a_write_once_it_is_acknowledged()),
        ["takes prefixes for globs"] = (inner => new TakesPrefixesForGlobs(inner), suites => suites.Store.Scan_lists_exactly_the_keys_that_begin_with_the_prefix()),
        ["cuts what is over a mebibyte"] = (inner => new CutsLongValues(inner), suites => suites.Store.Stored_bytes_come_back_exactly(16 * 1024 * 1024)),
        ["gives the answer of a call that was given up to the next"] = (inner => new CrossesAnswers(inner), suites => suites.Store.Calls_given_up_under_way_disturb_no_others_answers()),
        ["lets every connection have its own last write"] = (inner => new HasItsOwnLastWrite(inner), suites => suites.Store.Many_writers_of_one_key_agree_on_the_last()),
        ["counts no time below 30 ms"] = (inner => new CountsInTicksOf30Milliseconds(inner), suites => suites.Store.Of_TTLs_from_a_millisecond_to_never_those_that_passed_are_gone()),
        ["folds the names of tenants"] = (inner => new ChangesKeys(inner, ChangesKeys.FoldCase), suites => suites.Tenancy.Tenants_with_hostile_names_read_their_own_and_nothing_else()),
        ["unescapes the names of tenants"] = (inner => new ChangesKeys(inner, Uri.UnescapeDataString), suites => suites.Tenancy.Tenants_with_hostile_names_read_their_own_and_nothing_else()),
        ["counts TTLs by its own clock"] = (inner => new CountsByItsOwnClock(inner), suites => suites.Skew.What_a_skewed_process_writes_lives_as_long_as_it_says(-60)),
        ["forgets its epochs in a restart"] = (inner => new ForgetsEpochs(inner), suites => suites.Restart.Nothing_from_before_the_restart_is_newer_than_what_is_cleared_after_it()),
        ["answers without its server"] = (inner => new AnswersWithoutItsServer(inner), suites => suites.Restart.Calls_fail_while_the_server_is_down_and_succeed_when_it_is_back()),
        ["scans by offset"] = (inner => new ScansByOffset(inner), suites => suites.Store.Scan_misses_no_key_that_stays_while_others_come_and_go()),
        ["keeps the lease when nothing was removed"] = (inner => new KeepsLeaseWhenNothingWasRemoved(inner), suites => suites.Lease.Whatever_writes_or_removes_the_key_voids_its_lease("remove elsewhere")),
        ["writes through any lease"] = (inner => new WritesThroughAnyLease(inner), suites => suites.Lease.Only_the_leases_own_token_writes()),
        ["checks the lease, then writes"] = (inner => new ChecksTheLeaseThenWrites(inner), suites => suites.Lease.Removal_and_a_write_through_the_lease_at_the_same_time_leave_no_entry()),
        ["releases whatever lease"] = (inner => new ReleasesWhateverLease(inner), suites => suites.Lease.Release_of_a_lease_that_no_longer_stands_is_ignored()),
        ["does not wait"] = (inner => new DoesNotWait(inner), suites => suites.Lease.Wait_ends_when_the_lease_is_released()),
        ["counts every name alone"] = (inner => new CountsEveryNameAlone(inner), suites => suites.Epoch.Bump_adds_one_to_the_counter_and_gives_it_to_the_name()),
        ["bumps in two steps"] = (BumpingInTwoSteps(), suites => suites.Epoch.Concurrent_bumps_are_all_different_and_every_reader_sees_one_instant()),
        ["tells only once"] = (inner => new TellsOnlyOnce(inner), suites => suites.Coherence.Change_elsewhere_is_told("overwrite")),
        ["tells only of writes"] = (inner => new TellsOnlyOfWrites(inner), suites => suites.Coherence.Change_elsewhere_is_told("remove")),
        ["tells only of what was read"] = (inner => new TellsOnlyOfWhatWasRead(inner), suites => suites.Coherence.Change_of_what_was_only_written_here_is_told()),
        ["tells nothing of TTLs"] = (inner => new TellsNothingOfTimeToLive(inner), suites => suites.Coherence.Change_elsewhere_is_told("another TTL")),
        ["keeps copies that are old"] = (inner => new TellsOnlyOnce(inner), suites => suites.Coherence.Copy_kept_until_told_otherwise_never_stays_old()),
    };

    public static TheoryData<string> Names => [.. Breakages.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Suite_notices_a_store_that(string name)
    {
        (Func<InMemoryStore, ICacheStore> breakIt, Func<Suites, Task> conformanceCase) = Breakages[name];

        await using (Suites sound = await Suites.OfAsync(inner => inner))
            await conformanceCase(sound);
        await using Suites broken = await Suites.OfAsync(breakIt);
        await Assert.ThrowsAnyAsync<Exception>(() => conformanceCase(broken));
    }

    private static Func<InMemoryStore, ICacheStore> BumpingInTwoSteps()
    {
        var shared = new Dictionary<string, long>();
        return inner => new BumpsInTwoSteps(inner, shared);
    }

    /// <summary>The suite's classes, on a store of this test's choice. They are nobody's tests: the runner does not see private classes.</summary>
    private sealed class Suites : IAsyncDisposable
    {
        public required StoreConformance Store { get; init; }

        public required EpochConformance Epoch { get; init; }

        public required LeaseConformance Lease { get; init; }

        public required CoherenceConformance Coherence { get; init; }

        public required TenancyConformance Tenancy { get; init; }

        public required ClockSkewConformance Skew { get; init; }

        public required RestartConformance Restart { get; init; }

        public static async Task<Suites> OfAsync(Func<InMemoryStore, ICacheStore> change)
        {
            var suites = new Suites
            {
                Store = new StoreCases(change),
                Epoch = new EpochCases(change),
                Lease = new LeaseCases(change),
                Coherence = new CoherenceCases(change),
                Tenancy = new TenancyCases(change),
                Skew = new SkewCases(change),
                Restart = new RestartCases(change),
            };
            await suites.Lease.InitializeAsync();
            await suites.Coherence.InitializeAsync();
            return suites;
        }

        public async ValueTask DisposeAsync()
        {
            await Store.DisposeAsync();
            await Epoch.DisposeAsync();
            await Lease.DisposeAsync();
            await Coherence.DisposeAsync();
            await Tenancy.DisposeAsync();
            await Skew.DisposeAsync();
            await Restart.DisposeAsync();
        }

        private sealed class StoreCases(Func<InMemoryStore, ICacheStore> change) : StoreConformance
        {
            private readonly InMemoryServer _server = new();

            protected override ValueTask<ICacheStore> CreateStoreAsync() => new(change(_server.Connect()));

            protected override Task AdvanceAsync(TimeSpan by) => _server.AdvanceAsync(by);
        }

        private sealed class EpochCases(Func<InMemoryStore, ICacheStore> change) : EpochConformance
        {
            private readonly InMemoryServer _server = new();

            protected override ValueTask<ICacheStore> CreateStoreAsync() => new(change(_server.Connect()));

            protected override Task AdvanceAsync(TimeSpan by) => _server.AdvanceAsync(by);
        }

        private sealed class LeaseCases(Func<InMemoryStore, ICacheStore> change) : LeaseConformance
        {
            private readonly InMemoryServer _server = new();

            protected override ValueTask<ICacheStore> CreateStoreAsync() => new(change(_server.Connect()));

            protected override Task AdvanceAsync(TimeSpan by) => _server.AdvanceAsync(by);
        }

        private sealed class TenancyCases(Func<InMemoryStore, ICacheStore> change) : TenancyConformance
        {
            private readonly InMemoryStore _server = new();

            protected override ValueTask<ICacheStore> CreateStoreAsync() => new(change(_server.Connect()));
        }

        // What is broken is the clock that the connection has; the sound one has none.
        private sealed class SkewCases(Func<InMemoryStore, ICacheStore> change) : ClockSkewConformance
        {
            private readonly InMemoryServer _server = new();

            protected override ValueTask<ICacheStore> CreateStoreAsync() => _server.ConnectAsync();

            protected override ValueTask<ICacheStore> CreateSkewedStoreAsync(TimeSpan skew)
            {
                ICacheStore store = change(_server.Connect());
                if (store is CountsByItsOwnClock broken)
                    broken.Skew = skew;
                return new(store);
            }

            protected override Task AdvanceAsync(TimeSpan by) => _server.AdvanceAsync(by);
        }

        private sealed class RestartCases(Func<InMemoryStore, ICacheStore> change) : RestartConformance
        {
            private readonly InMemoryServer _server = new();
            private readonly List<(InMemoryStore Inner, ICacheStore Store)> _connections = [];

            protected override bool KeepsEntries => true;

            protected override ValueTask<ICacheStore> CreateStoreAsync()
            {
                InMemoryStore inner = _server.Connect();
                _connections.Add((inner, change(inner)));
                return new(_connections[^1].Store);
            }

            protected override Task StopAsync()
            {
                _connections.ForEach(static one => one.Inner.Disconnect());
                return Task.CompletedTask;
            }

            protected override Task StartAsync()
            {
                _connections.ForEach(static one => one.Inner.Reconnect());
                foreach ((_, ICacheStore store) in _connections)
                    (store as ForgetsEpochs)?.Restart();
                return Task.CompletedTask;
            }
        }

        private sealed class CoherenceCases(Func<InMemoryStore, ICacheStore> change) : CoherenceConformance
        {
            private readonly InMemoryServer _server = new();

            // A broken store never tells; the sound one tells at once.
            protected override TimeSpan Patience => TimeSpan.FromMilliseconds(200);

            protected override ValueTask<ICacheStore> CreateStoreAsync() => new(change(_server.Connect()));

            protected override Task AdvanceAsync(TimeSpan by) => _server.AdvanceAsync(by);
        }
    }
}
