using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.AI;

namespace Larder.AI.Tests.Caching;

public sealed class StreamingTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ManualTimeProvider _time = new();
    private readonly Cache _cache;
    private readonly ScriptedClient _provider = new();
    private readonly Channel<ChatResponseUpdate> _pieces = Channel.CreateUnbounded<ChatResponseUpdate>();
    private readonly LarderChatClient _client;

    public StreamingTests()
    {
        _cache = Cache.Create(options =>
        {
            options.TimeProvider = _time;
            options.HardTimeout = TimeSpan.FromSeconds(1);
        });
        _client = _provider.UseLarder(_cache, options => options.TimeProvider = _time);
        _provider.Stream = (_, cancellationToken) => _pieces.Reader.ReadAllAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => _cache.DisposeAsync();

    [Fact]
    public async Task Pieces_are_handed_on_as_they_come()
    {
        await using IAsyncEnumerator<ChatResponseUpdate> reading = _client.GetStreamingResponseAsync(Prompts.Ask("why?")).GetAsyncEnumerator();

        Say("Because ");
        Assert.True(await reading.MoveNextAsync().AsTask().WaitAsync(Patience)); // The provider has not said more yet.
        Assert.Equal("Because ", reading.Current.Text);
        _time.Advance(TimeSpan.FromMinutes(1)); // The cache's own timeouts do not cut a stream off.
        Say("it is.");
        Assert.True(await reading.MoveNextAsync().AsTask().WaitAsync(Patience));
        Assert.Equal("it is.", reading.Current.Text);
        Finish();
        while (await reading.MoveNextAsync().AsTask().WaitAsync(Patience))
            Assert.Equal("", reading.Current.Text);

        Assert.Equal("Because it is.", (await _client.GetResponseAsync(Prompts.Ask("why?"))).Text);
        Assert.Equal(1, _provider.Requests);
        Assert.Equal(7, _client.Statistics.OutputTokensSaved);
    }

    [Fact]
    public async Task Served_stream_ends_as_the_first_did()
    {
        Say("Because ");
        Say("it is.");
        Finish();
        ChatResponse first = await _client.GetStreamingResponseAsync(Prompts.Ask("why?")).ToChatResponseAsync();

        ChatResponse second = await _client.GetStreamingResponseAsync(Prompts.Ask("why?")).ToChatResponseAsync();

        Assert.Equal((first.Text, first.FinishReason, first.Usage!.OutputTokenCount), (second.Text, second.FinishReason, second.Usage!.OutputTokenCount));
        Assert.Equal((ChatAnswerOrigin.Provider, ChatAnswerOrigin.Cache), (first.GetOrigin(), second.GetOrigin()));
    }

    [Fact]
    public async Task Broken_stream_is_an_error_for_its_reader_and_is_not_kept()
    {
        Say("Because ");
        _pieces.Writer.Complete(new IOException("The connection broke."));

        string text = "";
        var error = await Assert.ThrowsAsync<IOException>(async () =>
        {
            await foreach (ChatResponseUpdate update in _client.GetStreamingResponseAsync(Prompts.Ask("why?")))
                text += update.Text;
        });

        Assert.Equal(("Because ", "The connection broke."), (text, error.Message));
        _provider.Stream = null;
        Assert.Equal("answer 2", (await _client.GetResponseAsync(Prompts.Ask("why?"))).Text);
    }

    [Fact]
    public async Task Nothing_stale_follows_half_of_another_answer()
    {
        _provider.Stream = null;
        await _client.GetResponseAsync(Prompts.Ask("why?"));
        _time.Advance(TimeSpan.FromDays(31));
        _provider.Stream = (_, cancellationToken) => _pieces.Reader.ReadAllAsync(cancellationToken);
        Say("Half");
        _pieces.Writer.Complete(new IOException("The connection broke."));

        await Assert.ThrowsAsync<IOException>(() => _client.GetStreamingResponseAsync(Prompts.Ask("why?")).TextOfAsync());

        Assert.Equal("answer 1", await _client.GetStreamingResponseAsync(Prompts.Ask("why?")).TextOfAsync()); // Nothing had been handed on.
    }

    [Fact]
    public async Task Stream_that_ends_without_a_reason_is_not_kept()
    {
        Say("Half");
        _pieces.Writer.Complete();

        Assert.Equal("Half", await _client.GetStreamingResponseAsync(Prompts.Ask("why?")).TextOfAsync());

        Assert.Equal(1, _client.Statistics.NotKept);
    }

    [Fact]
    public async Task Reader_who_stops_ends_the_request_that_nobody_else_waits_for()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _provider.Stream = (_, cancellationToken) => EndlessAsync(ended, cancellationToken);

        await foreach (ChatResponseUpdate update in _client.GetStreamingResponseAsync(Prompts.Ask("why?")))
        {
            Assert.Equal("more ", update.Text);
            break;
        }

        await ended.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task Reader_who_stops_leaves_the_answer_to_those_who_wait_for_it()
    {
        IAsyncEnumerator<ChatResponseUpdate> reading = _client.GetStreamingResponseAsync(Prompts.Ask("why?")).GetAsyncEnumerator();
        Say("Because ");
        Assert.True(await reading.MoveNextAsync().AsTask().WaitAsync(Patience));
        Task<ChatResponse> waiting = _client.GetStreamingResponseAsync(Prompts.Ask("why?")).ToChatResponseAsync();

        await reading.DisposeAsync();
        Say("it is.");
        Finish();

        Assert.Equal("Because it is.", (await waiting.WaitAsync(Patience)).Text);
        Assert.Equal(1, _provider.Requests);
    }

    [Fact]
    public async Task Answer_that_is_forgotten_while_it_comes_reaches_its_reader_and_is_not_kept()
    {
        await using IAsyncEnumerator<ChatResponseUpdate> reading = _client.GetStreamingResponseAsync(Prompts.Ask("why?")).GetAsyncEnumerator();
        Say("Because.");
        Assert.True(await reading.MoveNextAsync().AsTask().WaitAsync(Patience));

        await _client.ForgetAsync(Prompts.Ask("why?"));
        Finish();
        while (await reading.MoveNextAsync().AsTask().WaitAsync(Patience))
            Assert.Equal("", reading.Current.Text);

        _provider.Stream = null;
        Assert.Equal("answer 2", (await _client.GetResponseAsync(Prompts.Ask("why?"))).Text);
    }

    [Fact]
    public async Task Reader_may_change_the_pieces_that_he_is_given()
    {
        await using IAsyncEnumerator<ChatResponseUpdate> reading = _client.GetStreamingResponseAsync(Prompts.Ask("why?")).GetAsyncEnumerator();
        Say("Because ");
        Assert.True(await reading.MoveNextAsync().AsTask().WaitAsync(Patience));
        reading.Current.Contents.Clear(); // The answer has not been put together yet.
        Say("it is.");
        Finish();
        while (await reading.MoveNextAsync().AsTask().WaitAsync(Patience))
            Assert.NotNull(reading.Current);

        Assert.Equal("Because it is.", (await _client.GetResponseAsync(Prompts.Ask("why?"))).Text);
        Assert.Equal(1, _provider.Requests);
    }

    [Fact]
    public async Task Cancelled_reader_is_told_so()
    {
        using var impatience = new CancellationTokenSource();
        Task<string> reading = _client.GetStreamingResponseAsync(Prompts.Ask("why?"), cancellationToken: impatience.Token).TextOfAsync();

        await impatience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(Patience));
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> EndlessAsync(TaskCompletionSource ended, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            yield return new ChatResponseUpdate(ChatRole.Assistant, "more ");
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        finally
        {
            ended.SetResult();
        }
    }

    private void Say(string text) => Assert.True(_pieces.Writer.TryWrite(new ChatResponseUpdate(ChatRole.Assistant, text) { MessageId = "m" }));

    private void Finish()
    {
        Assert.True(_pieces.Writer.TryWrite(new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(new UsageDetails { InputTokenCount = 3, OutputTokenCount = 7 })]) { MessageId = "m", FinishReason = ChatFinishReason.Stop }));
        _pieces.Writer.Complete();
    }
}
