using Microsoft.Extensions.AI;

namespace Larder.AI.Tests.Caching;

public sealed class CachingTests : IAsyncDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly ScriptedClient _provider = new();
    private readonly Cache _cache;

    public CachingTests() => _cache = Cache.Create(options => options.TimeProvider = _time);

    public ValueTask DisposeAsync() => _cache.DisposeAsync();

    [Fact]
    public async Task Equal_prompts_are_asked_once()
    {
        using LarderChatClient client = Client();

        ChatResponse first = await client.GetResponseAsync(Prompts.Ask("why?"), new ChatOptions { Temperature = 0 });
        ChatResponse second = await client.GetResponseAsync(Prompts.Ask("why?"), new ChatOptions { Temperature = 0 });

        Assert.Equal("answer 1", second.Text);
        Assert.Equal(1, _provider.Requests);
        Assert.Equal((ChatAnswerOrigin.Provider, ChatAnswerOrigin.Cache), (first.GetOrigin(), second.GetOrigin()));
        Assert.Equal(5, second.Usage!.OutputTokenCount);
        Assert.Equal(ChatFinishReason.Stop, second.FinishReason);
    }

    [Fact]
    public async Task Answer_belongs_to_its_caller_who_may_change_it()
    {
        using LarderChatClient client = Client();
        await client.GetResponseAsync(Prompts.Ask("why?"));

        ChatResponse changed = await client.GetResponseAsync(Prompts.Ask("why?"));
        changed.Messages.Clear();

        Assert.Equal("answer 1", (await client.GetResponseAsync(Prompts.Ask("why?"))).Text);
    }

    [Fact]
    public async Task Answer_is_asked_for_again_after_thirty_days()
    {
        using LarderChatClient client = Client();
        await client.GetResponseAsync(Prompts.Ask("why?"));

        _time.Advance(TimeSpan.FromDays(30) - TimeSpan.FromSeconds(1));
        Assert.Equal("answer 1", (await client.GetResponseAsync(Prompts.Ask("why?"))).Text);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("answer 2", (await client.GetResponseAsync(Prompts.Ask("why?"))).Text);
    }

    [Fact]
    public async Task Old_answer_stands_in_while_the_provider_fails_and_says_so_to_everybody()
    {
        using LarderChatClient client = Client();
        await client.GetResponseAsync(Prompts.Ask("why?"));
        _time.Advance(TimeSpan.FromDays(31));
        _provider.Answer = (_, _) => throw new HttpRequestException("The provider is down.");

        ChatResponse asked = await client.GetResponseAsync(Prompts.Ask("why?"));
        ChatResponse spared = await client.GetResponseAsync(Prompts.Ask("why?"));

        Assert.Equal(("answer 1", ChatAnswerOrigin.Stale), (asked.Text, asked.GetOrigin()));
        Assert.Equal(("answer 1", ChatAnswerOrigin.Stale), (spared.Text, spared.GetOrigin()));
        Assert.Equal(2, _provider.Requests); // The provider is left in peace for a while after it failed.
        Assert.Equal((2, 1), (client.Statistics.StaleHits, client.Statistics.Failures));
        Assert.Equal(0, client.Statistics.OutputTokensSaved);
        Assert.Equal("answer 1", await client.GetStreamingResponseAsync(Prompts.Ask("why?")).TextOfAsync());
    }

    [Fact]
    public async Task Error_reaches_the_caller_unwrapped_and_is_not_kept()
    {
        using LarderChatClient client = Client();
        _provider.Answer = (request, _) => request == 1 ? throw new HttpRequestException("down") : Task.FromResult(ScriptedClient.Whole("up"));

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetResponseAsync(Prompts.Ask("why?")));

        Assert.Equal("down", error.Message);
        Assert.Equal("up", (await client.GetResponseAsync(Prompts.Ask("why?"))).Text);
        Assert.Equal((1, 1), (client.Statistics.Failures, client.Statistics.Answers));
    }

    [Fact]
    public async Task Callers_at_once_streaming_or_not_share_one_request()
    {
        using LarderChatClient client = Client();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _provider.Answer = async (request, _) =>
        {
            await gate.Task;
            return ScriptedClient.Whole($"answer {request}");
        };

        Task<string>[] callers = [.. Enumerable.Range(0, 20).Select(async index => index % 2 == 0
            ? (await client.GetResponseAsync(Prompts.Ask("why?"))).Text
            : await client.GetStreamingResponseAsync(Prompts.Ask("why?")).TextOfAsync())];
        gate.SetResult();

        Assert.All(await Task.WhenAll(callers), text => Assert.Equal("answer 1", text));
        Assert.Equal(1, _provider.Requests);
        Assert.Equal((19, 1), (client.Statistics.Hits, client.Statistics.Answers));
    }

    [Fact]
    public async Task Caller_who_gives_up_leaves_the_request_to_the_others()
    {
        using LarderChatClient client = Client();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _provider.Answer = async (_, cancellationToken) =>
        {
            await gate.Task.WaitAsync(cancellationToken);
            return ScriptedClient.Whole("late");
        };
        using var impatience = new CancellationTokenSource();
        Task<ChatResponse> impatient = client.GetResponseAsync(Prompts.Ask("why?"), cancellationToken: impatience.Token);
        Task<ChatResponse> patient = client.GetResponseAsync(Prompts.Ask("why?"));

        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        gate.SetResult();

        Assert.Equal("late", (await patient).Text);
        Assert.Equal(1, _provider.Requests);
    }

    [Fact]
    public async Task Request_that_everybody_gave_up_is_no_failure_of_the_provider()
    {
        using LarderChatClient client = Client();
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _provider.Answer = (_, cancellationToken) =>
        {
            var never = new TaskCompletionSource<ChatResponse>(); // Who waits for it goes on at once, before the next line.
            cancellationToken.Register(() =>
            {
                never.SetCanceled(cancellationToken);
                ended.SetResult();
            });
            return never.Task;
        };
        using var impatience = new CancellationTokenSource();
        Task<ChatResponse> impatient = client.GetResponseAsync(Prompts.Ask("why?"), cancellationToken: impatience.Token);

        await impatience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(30));
        _provider.Answer = (_, _) => Task.FromResult(ScriptedClient.Whole("now"));
        Assert.Equal("now", (await client.GetResponseAsync(Prompts.Ask("why?"))).Text);
        Assert.Equal((0, 1), (client.Statistics.Failures, client.Statistics.Answers));
    }

    [Fact]
    public async Task Forgotten_answer_is_asked_for_again()
    {
        using LarderChatClient client = Client();
        await client.GetResponseAsync(Prompts.Ask("why?"));

        Assert.True(await client.ForgetAsync(Prompts.Ask("why?")));
        Assert.False(await client.ForgetAsync(Prompts.Ask("why?")));

        Assert.Equal("answer 2", (await client.GetResponseAsync(Prompts.Ask("why?"))).Text);
    }

    [Fact]
    public async Task Users_share_nothing_and_nobody_is_an_error()
    {
        using LarderChatClient client = Client(options => options.Scope = CacheScope.User);
        string ada, ben, again;
        using (UserContext.Use(new UserContext("ada")))
            ada = (await client.GetResponseAsync(Prompts.Ask("my salary?"))).Text;
        using (UserContext.Use(new UserContext("ben")))
            ben = (await client.GetResponseAsync(Prompts.Ask("my salary?"))).Text;
        using (UserContext.Use(new UserContext("ada")))
            again = await client.GetStreamingResponseAsync(Prompts.Ask("my salary?")).TextOfAsync();

        Assert.Equal(("answer 1", "answer 2", "answer 1"), (ada, ben, again));
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.GetResponseAsync(Prompts.Ask("my salary?")));
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.GetStreamingResponseAsync(Prompts.Ask("my salary?")).TextOfAsync());
        Assert.Equal(2, _provider.Requests);
    }

    [Fact]
    public async Task Statistics_say_what_was_paid_and_what_was_saved()
    {
        using LarderChatClient client = Client();
        _provider.Answer = (_, _) =>
        {
            _time.Advance(TimeSpan.FromSeconds(4));
            return Task.FromResult(ScriptedClient.Whole("slow"));
        };

        await client.GetResponseAsync(Prompts.Ask("why?"));
        await client.GetResponseAsync(Prompts.Ask("why?"));
        await client.GetStreamingResponseAsync(Prompts.Ask("why?")).TextOfAsync();

        Assert.Equal(
            new ChatCacheStatistics
            {
                Hits = 2,
                Answers = 1,
                InputTokensPaid = 10,
                OutputTokensPaid = 5,
                InputTokensSaved = 20,
                OutputTokensSaved = 10,
                TimePaid = TimeSpan.FromSeconds(4),
                TimeSaved = TimeSpan.FromSeconds(8),
            },
            client.Statistics);
    }

    [Fact]
    public async Task Answers_survive_in_a_file()
    {
        string folder = Directory.CreateTempSubdirectory("larder-ai-").FullName;
        try
        {
            for (int run = 1; run <= 2; run++)
            {
                await using Cache kept = Cache.Create(options => options.PersistTo(Path.Combine(folder, "answers.larder")));
                using LarderChatClient client = _provider.UseLarder(kept);
                Assert.Equal("answer 1", (await client.GetResponseAsync(Prompts.Ask("why?"))).Text);
            }

            Assert.Equal(1, _provider.Requests);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Damaged_answer_is_asked_for_again()
    {
        using LarderChatClient client = Client();
        await client.GetResponseAsync(Prompts.Ask("why?"));
        string key = Larder.AI.Keys.PromptKey.Of(Prompts.Ask("why?"), null, new ChatClientMetadata("scripted", null, "model-a"), null)!;
        foreach (string damage in (string[])["", "{", "[]", "{\"ms\":\"x\"}", "{\"response\":{\"messages\":[{\"contents\":[{\"$type\":\"nonsense\"}]}]}}"])
        {
            Assert.True(await _cache.ContainsAsync(key));
            await _cache.SetAsync(key, System.Text.Encoding.UTF8.GetBytes(damage));
            int before = _provider.Requests;

            Assert.Equal($"answer {before + 1}", (await client.GetResponseAsync(Prompts.Ask("why?"))).Text);
            await client.GetResponseAsync(Prompts.Ask("why?")); // In the cache again.
        }
    }

    [Fact]
    public void Options_that_are_wrong_are_named()
    {
        var error = Assert.Throws<InvalidCacheOptionsException>(() => Client(options =>
        {
            options.Ttl = TimeSpan.Zero;
            options.Grace = TimeSpan.FromSeconds(-1);
            options.Scope = (CacheScope)7;
            options.TimeProvider = null!;
        }));

        Assert.Equal(4, error.Errors.Count);
        Assert.Contains("ChatCacheOptions.Ttl is 00:00:00; it must be positive", error.Message);
    }

    private LarderChatClient Client(Action<ChatCacheOptions>? configure = null) => _provider.UseLarder(_cache, options =>
    {
        options.TimeProvider = _time;
        configure?.Invoke(options);
    });
}
