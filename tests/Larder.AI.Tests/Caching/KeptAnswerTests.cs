using Microsoft.Extensions.AI;

namespace Larder.AI.Tests.Caching;

/// <summary>Which answers are kept, and which reach only those who waited for them.</summary>
public sealed class KeptAnswerTests : IAsyncDisposable
{
    private readonly Cache _cache = Cache.Create();
    private readonly ScriptedClient _provider = new();

    public static TheoryData<string, bool> Answers => new()
    {
        { "whole", true },
        { "whole with reasoning", true },
        { "tool call", true },
        { "cut off", false },
        { "filtered", false },
        { "refused", false },
        { "refused in a part", false },
        { "function that was run behind the client", false },
        { "part that only its raw form tells", false },
        { "no finish reason", false },
        { "unknown finish reason", false },
        { "empty", false },
        { "white space", false },
        { "tool calls without any", false },
        { "tool call without a name", false },
        { "tool call whose arguments were cut off", false },
        { "conversation of the server", false },
    };

    public ValueTask DisposeAsync() => _cache.DisposeAsync();

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Only_whole_answers_are_kept(string answer, bool isKept)
    {
        using LarderChatClient client = _provider.UseLarder(_cache);
        _provider.Answer = (_, _) => Task.FromResult(Make(answer));

        await client.GetResponseAsync(Prompts.Ask("why?"));
        ChatResponse second = await client.GetResponseAsync(Prompts.Ask("why?"));

        Assert.Equal(isKept ? 1 : 2, _provider.Requests);
        Assert.Equal(isKept ? ChatAnswerOrigin.Cache : ChatAnswerOrigin.Provider, second.GetOrigin());
        Assert.Equal(isKept ? 0 : 2, client.Statistics.NotKept);
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Only_whole_streams_are_kept(string answer, bool isKept)
    {
        using LarderChatClient client = _provider.UseLarder(_cache);
        _provider.Answer = (_, _) => Task.FromResult(Make(answer));

        string first = await client.GetStreamingResponseAsync(Prompts.Ask("why?")).TextOfAsync();
        string second = await client.GetStreamingResponseAsync(Prompts.Ask("why?")).TextOfAsync();

        Assert.Equal(first, second);
        Assert.Equal(isKept ? 1 : 2, _provider.Requests);
    }

    [Theory]
    [InlineData("{\"a\": 1}", true)]
    [InlineData("[1, 2]", true)]
    [InlineData("{\"a\": 1", false)]
    [InlineData("Here you are: {}", false)]
    public async Task What_was_asked_for_as_json_is_kept_only_if_it_is(string text, bool isKept)
    {
        using LarderChatClient client = _provider.UseLarder(_cache);
        _provider.Answer = (_, _) => Task.FromResult(ScriptedClient.Whole(text));
        var json = new ChatOptions { ResponseFormat = ChatResponseFormat.Json };

        await client.GetResponseAsync(Prompts.Ask("why?"), json);
        await client.GetResponseAsync(Prompts.Ask("why?"), json);

        Assert.Equal(isKept ? 1 : 2, _provider.Requests);
    }

    [Fact]
    public async Task Callers_own_check_has_the_last_word()
    {
        using LarderChatClient client = _provider.UseLarder(_cache, options => options.ShouldCache = (asked, answer) => asked?.Seed == 1 && answer.Text != "answer 1");

        for (int i = 0; i < 3; i++)
            await client.GetResponseAsync(Prompts.Ask("why?"), new ChatOptions { Seed = 1 });

        Assert.Equal(2, _provider.Requests);
    }

    [Fact]
    public async Task Those_who_waited_for_an_answer_that_is_not_kept_get_it_too()
    {
        using LarderChatClient client = _provider.UseLarder(_cache);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _provider.Answer = async (_, _) =>
        {
            await gate.Task;
            return Make("refused");
        };

        Task<ChatResponse>[] callers = [.. Enumerable.Range(0, 5).Select(_ => client.GetResponseAsync(Prompts.Ask("why?")))];
        gate.SetResult();

        Assert.All(await Task.WhenAll(callers), answer => Assert.Contains(answer.Messages.Single().Contents, content => content is ErrorContent { ErrorCode: "Refusal" }));
        Assert.Equal(1, _provider.Requests);
    }

    [Fact]
    public async Task Answer_that_cannot_be_copied_is_asked_for_by_each()
    {
        using LarderChatClient client = _provider.UseLarder(_cache);
        _provider.Answer = (request, _) =>
        {
            ChatResponse answer = ScriptedClient.Whole($"answer {request}");
            answer.AdditionalProperties = new() { ["callback"] = (Action)(() => { }) };
            return Task.FromResult(answer);
        };

        Assert.Equal("answer 1", (await client.GetResponseAsync(Prompts.Ask("why?"))).Text);
        Assert.Equal("answer 2", (await client.GetResponseAsync(Prompts.Ask("why?"))).Text);
    }

    [Fact]
    public async Task Answer_of_somebody_else_is_kept_if_it_is_whole()
    {
        using LarderChatClient client = _provider.UseLarder(_cache);

        Assert.False(await client.KeepAsync(Prompts.Ask("why?"), null, Make("cut off")));
        Assert.False(await client.KeepAsync(Prompts.Ask("why?"), new ChatOptions { ConversationId = "c" }, Make("whole")));
        Assert.True(await client.KeepAsync(Prompts.Ask("why?"), null, ScriptedClient.Whole("because")));

        Assert.Equal("because", (await client.GetResponseAsync(Prompts.Ask("why?"))).Text);
        Assert.Equal(0, _provider.Requests);
    }

    [Fact]
    public async Task Tool_calls_come_back_with_their_arguments()
    {
        using LarderChatClient client = _provider.UseLarder(_cache);
        _provider.Answer = (_, _) => Task.FromResult(Make("tool call"));

        await client.GetResponseAsync(Prompts.Ask("why?"));
        ChatResponse served = await client.GetResponseAsync(Prompts.Ask("why?"));

        FunctionCallContent call = Assert.IsType<FunctionCallContent>(Assert.Single(served.Messages.Single().Contents));
        Assert.Equal(("call-1", "look_up", "Paris"), (call.CallId, call.Name, call.Arguments!["city"]!.ToString()));
        Assert.Equal(ChatFinishReason.ToolCalls, served.FinishReason);
    }

    private static ChatResponse Make(string answer)
    {
        ChatResponse response = ScriptedClient.Whole("half of");
        IList<AIContent> contents = response.Messages[0].Contents;
        switch (answer)
        {
            case "whole": break;
            case "whole with reasoning": contents.Insert(0, new TextReasoningContent("hm")); break;
            case "cut off": response.FinishReason = ChatFinishReason.Length; break;
            case "filtered": response.FinishReason = ChatFinishReason.ContentFilter; break;
            case "refused": contents.Add(new ErrorContent("No.") { ErrorCode = "Refusal" }); break;
            case "refused in a part": contents[0].AdditionalProperties = new() { ["Refusal"] = "No." }; break;
            case "function that was run behind the client": response.Messages.Insert(0, new ChatMessage(ChatRole.Tool, [new FunctionResultContent("call-1", "21.5 °C")])); break;
            case "part that only its raw form tells": contents.Add(new AIContent { RawRepresentation = new object() }); break;
            case "no finish reason": response.FinishReason = null; break;
            case "unknown finish reason": response.FinishReason = new ChatFinishReason("paused"); break;
            case "empty": contents.Clear(); break;
            case "white space": contents[0] = new TextContent("\n "); break;
            case "tool call": Calls(new FunctionCallContent("call-1", "look_up", new Dictionary<string, object?> { ["city"] = "Paris" })); break;
            case "tool calls without any": response.FinishReason = ChatFinishReason.ToolCalls; break;
            case "tool call without a name": Calls(new FunctionCallContent("call-1", "")); break;
            case "tool call whose arguments were cut off": Calls(new FunctionCallContent("call-1", "look_up") { Exception = new System.Text.Json.JsonException("cut") }); break;
            case "conversation of the server": response.ConversationId = "c1"; break;
            default: throw new ArgumentOutOfRangeException(nameof(answer), answer, "There is no such answer.");
        }

        return response;

        void Calls(FunctionCallContent call)
        {
            contents.Clear();
            contents.Add(call);
            response.FinishReason = ChatFinishReason.ToolCalls;
        }
    }
}
