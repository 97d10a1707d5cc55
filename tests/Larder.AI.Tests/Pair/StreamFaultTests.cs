using Larder.AI.Tests.Caching;
using Larder.Samples.PairProgrammer.Models;
using Larder.Samples.PairProgrammer.Recordings;
using Microsoft.Extensions.AI;

namespace Larder.AI.Tests.Pair;

/// <summary>Streams over real HTTP, and what becomes of them when the service misbehaves.</summary>
public sealed class StreamFaultTests
{
    [Fact]
    public async Task Streams_travel_over_http_and_share_the_entry()
    {
        await using Desk desk = await Desk.OpenAsync(Made.Exchange(new string('x', 1000)));

        ChatResponse first = await desk.Client.GetStreamingResponseAsync(Prompts.Ask("why?")).ToChatResponseAsync();
        ChatResponse second = await desk.Client.GetResponseAsync(Prompts.Ask("why?"));

        Assert.Equal((new string('x', 1000), ChatFinishReason.Stop, 34), (first.Text, first.FinishReason!.Value, (int)first.Usage!.OutputTokenCount!));
        Assert.Equal((first.Text, ChatAnswerOrigin.Cache), (second.Text, second.GetOrigin()));
        Assert.Equal(1, desk.Server.Requests);
    }

    [Fact]
    public async Task Stream_that_breaks_is_an_error_and_not_kept()
    {
        await using Desk desk = await Desk.OpenAsync(Made.Exchange(new string('x', 10_000), cutAfter: 5_000));
        string text = "";

        await Assert.ThrowsAsync<ModelException>(async () =>
        {
            await foreach (ChatResponseUpdate update in desk.Client.GetStreamingResponseAsync(Prompts.Ask("why?")))
                text += update.Text;
        });

        Assert.InRange(text.Length, 0, 9_999); // A connection that is reset may lose what was on its way.
        Assert.Equal((1, 0), (desk.Client.Statistics.Failures, desk.Client.Statistics.Answers));
    }

    [Fact]
    public async Task Characters_of_two_units_are_not_torn_apart()
    {
        string text = new string('x', 23) + string.Concat(Enumerable.Repeat("😀", 40));
        await using Desk desk = await Desk.OpenAsync(Made.Exchange(text));

        Assert.Equal(text, await desk.Client.GetStreamingResponseAsync(Prompts.Ask("why?")).TextOfAsync());
        Assert.Equal(text, (await desk.Client.GetResponseAsync(Prompts.Ask("why?"))).Text);
    }

    [Theory]
    [InlineData("stop", "I would rather not.", "")]
    [InlineData("length", null, "Once upon")]
    [InlineData("content_filter", null, "Once")]
    public async Task Refused_truncated_and_filtered_streams_are_not_kept(string reason, string? refusal, string text)
    {
        await using Desk desk = await Desk.OpenAsync(Made.Exchange(text, reason: reason, refusal: refusal));

        for (int request = 1; request <= 2; request++)
        {
            ChatResponse response = await desk.Client.GetStreamingResponseAsync(Prompts.Ask("why?")).ToChatResponseAsync();
            Assert.Equal((text, refusal, request), (response.Text, response.Messages.SelectMany(message => message.Contents).OfType<ErrorContent>().SingleOrDefault()?.Message, desk.Server.Requests));
        }

        Assert.Equal((2, 0), (desk.Client.Statistics.NotKept, desk.Client.Statistics.Hits));
    }

    [Fact]
    public async Task Stream_that_is_turned_away_is_asked_for_again_after_the_pause()
    {
        await using Desk desk = await Desk.OpenAsync(Made.Failure(429, retryAfter: "1"), Made.Exchange("Once.") with { When = new RequestMatch() });

        Assert.Equal("Once.", await desk.Client.GetStreamingResponseAsync(Prompts.Ask("why?")).TextOfAsync());

        Assert.Equal(2, desk.Server.Requests);
        Assert.Equal("Once.", (await desk.Client.GetResponseAsync(Prompts.Ask("why?"))).Text);
        Assert.Equal(2, desk.Server.Requests);
    }

    [Fact]
    public async Task What_is_no_stream_is_an_error_and_not_kept()
    {
        await using Desk desk = await Desk.OpenAsync(Made.Raw("data: {\"choices\":\n\n"));

        await Assert.ThrowsAsync<ModelException>(() => desk.Client.GetStreamingResponseAsync(Prompts.Ask("why?")).TextOfAsync());

        Assert.Equal((1, 0), (desk.Client.Statistics.Failures, desk.Client.Statistics.Answers));
    }
}
