using System.Buffers;
using System.IO.Pipelines;
using Larder.AspNetCore.OutputCaching;
using Larder.Stores;
using Larder.Tests;
using Microsoft.AspNetCore.OutputCaching;

namespace Larder.AspNetCore.Tests.OutputCaching;

public sealed class CacheOutputStoreTests : IAsyncDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly ManualTimeProvider _time = new();
    private readonly Cache _cache;
    private readonly CacheOutputStore _store;

    public CacheOutputStoreTests()
    {
        _cache = Cache.Create(o =>
        {
            o.TimeProvider = _time;
            o.Grace = TimeSpan.FromDays(1);
            o.Jitter = TimeSpan.FromDays(1);
            o.EagerRefresh = 0.1;
        });
        _store = new CacheOutputStore(_cache.Collection("out"));
    }

    public ValueTask DisposeAsync() => _cache.DisposeAsync();

    [Fact]
    public async Task What_was_set_is_there_until_its_time_is_over_to_the_millisecond()
    {
        await _store.SetAsync("k", [1, 2, 3], null, TimeSpan.FromSeconds(10), None);

        _time.Advance(TimeSpan.FromMilliseconds(9_999));
        Assert.Equal([1, 2, 3], await _store.GetAsync("k", None));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(await _store.GetAsync("k", None));
    }

    [Fact]
    public async Task A_response_that_is_never_fresh_is_not_kept()
    {
        await _store.SetAsync("k", [1], null, TimeSpan.Zero, None);
        await _store.SetAsync("l", new ReadOnlySequence<byte>([1]), default, TimeSpan.FromSeconds(-1), None);

        Assert.Null(await _store.GetAsync("k", None));
        Assert.Null(await _store.GetAsync("l", None));
    }

    [Fact]
    public async Task A_tag_evicts_what_carries_it_and_nothing_else()
    {
        await _store.SetAsync("a", [1], ["x", "y"], TimeSpan.FromHours(1), None);
        await _store.SetAsync("b", [2], ["y"], TimeSpan.FromHours(1), None);
        await _store.SetAsync("c", [3], null, TimeSpan.FromHours(1), None);

        await _store.EvictByTagAsync("x", None);

        Assert.Null(await _store.GetAsync("a", None));
        Assert.Equal([2], await _store.GetAsync("b", None));
        Assert.Equal([3], await _store.GetAsync("c", None));
    }

    [Fact]
    public async Task The_empty_tag_is_a_tag()
    {
        await _store.SetAsync("a", [1], [""], TimeSpan.FromHours(1), None);
        await _store.SetAsync("b", [2], null, TimeSpan.FromHours(1), None);

        await _store.EvictByTagAsync("", None);

        Assert.Null(await _store.GetAsync("a", None));
        Assert.Equal([2], await _store.GetAsync("b", None));
    }

    [Fact]
    public async Task A_sequence_of_pooled_memory_is_copied_and_comes_back_through_a_pipe()
    {
        byte[] first = [1, 2], second = [3];
        var start = new Segment(first);
        ReadOnlySequence<byte> pooled = new(start, 0, start.Append(second), 1);
        await _store.SetAsync("k", pooled, new[] { "t" }, TimeSpan.FromHours(1), None);
        first.AsSpan().Clear();

        var pipe = new Pipe();
        bool found = await _store.TryGetAsync("k", pipe.Writer, None);
        await pipe.Writer.CompleteAsync();
        ReadResult read = await pipe.Reader.ReadAsync(TestContext.Current.CancellationToken);

        Assert.True(found);
        Assert.Equal([1, 2, 3], read.Buffer.ToArray());
    }

    [Fact]
    public async Task A_miss_writes_nothing_into_the_pipe()
    {
        var pipe = new Pipe();

        Assert.False(await _store.TryGetAsync("k", pipe.Writer, None));
        Assert.Equal(0, pipe.Writer.UnflushedBytes);
    }

    [Fact]
    public async Task An_empty_response_is_a_response()
    {
        await _store.SetAsync("k", [], null, TimeSpan.FromHours(1), None);

        byte[]? found = await _store.GetAsync("k", None);
        Assert.NotNull(found);
        Assert.Empty(found);
    }

    [Fact]
    public async Task Responses_of_one_node_are_those_of_all_when_they_share_a_store()
    {
        var shared = new InMemoryStore();
        await using Cache first = Cache.Create(o => o.UseStore(shared));
        await using Cache second = Cache.Create(o => o.UseStore(shared.Connect()));
        CacheOutputStore one = new(first.Collection("out")), other = new(second.Collection("out"));
        await one.SetAsync("k", [7], ["t"], TimeSpan.FromHours(1), None);

        Assert.Equal([7], await other.GetAsync("k", None));
        await one.EvictByTagAsync("t", None);

        Assert.Null(await other.GetAsync("k", None));
    }

    [Fact]
    public async Task Wrong_arguments_are_refused()
    {
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await _store.GetAsync(null!, None));
        await Assert.ThrowsAsync<ArgumentException>(async () => await _store.GetAsync("", None));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await _store.TryGetAsync("k", null!, None));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await _store.SetAsync("k", null!, null, TimeSpan.FromHours(1), None));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await _store.EvictByTagAsync(null!, None));
    }

    [Fact]
    public void It_is_the_stores_buffered_face_that_the_middleware_prefers() => Assert.IsAssignableFrom<IOutputCacheBufferStore>(_store);

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory) => Memory = memory;

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory) { RunningIndex = RunningIndex + Memory.Length };
            Next = next;
            return next;
        }
    }
}
