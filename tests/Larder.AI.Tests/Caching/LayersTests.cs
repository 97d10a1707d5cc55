using Microsoft.Extensions.AI;

namespace Larder.AI.Tests.Caching;

/// <summary>Clients in front of and behind each other.</summary>
public sealed class LayersTests : IAsyncDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly ScriptedClient _provider = new();
    private readonly Cache _cache;

    public LayersTests() => _cache = Cache.Create(options => options.TimeProvider = _time);

    public ValueTask DisposeAsync() => _cache.DisposeAsync();

    [Fact]
    public async Task Clients_can_stand_behind_each_other()
    {
        await using Cache near = Cache.Create();
        using LarderChatClient far = Client();
        using LarderChatClient client = far.UseLarder(near);
        await far.GetResponseAsync(Prompts.Ask("why?"));

        ChatResponse first = await client.GetResponseAsync(Prompts.Ask("why?"));
        ChatResponse second = await client.GetResponseAsync(Prompts.Ask("why?"));

        Assert.Equal((ChatAnswerOrigin.Cache, ChatAnswerOrigin.Cache), (first.GetOrigin(), second.GetOrigin()));
        Assert.Equal((1, 1, 1), (_provider.Requests, far.Statistics.Hits, client.Statistics.Hits));
    }

    [Fact]
    public async Task Stale_answer_of_the_client_behind_is_not_made_fresh()
    {
        await using Cache near = Cache.Create();
        using LarderChatClient far = Client();
        using LarderChatClient client = far.UseLarder(near);
        await far.GetResponseAsync(Prompts.Ask("why?"));
        _time.Advance(TimeSpan.FromDays(31));
        _provider.Answer = (request, _) => request == 2 ? throw new HttpRequestException("down") : Task.FromResult(ScriptedClient.Whole("new"));

        ChatResponse stale = await client.GetResponseAsync(Prompts.Ask("why?"));
        _time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(("answer 1", ChatAnswerOrigin.Stale), (stale.Text, stale.GetOrigin()));
        Assert.Equal("new", (await client.GetResponseAsync(Prompts.Ask("why?"))).Text);
    }

    [Fact]
    public void Client_is_found_behind_others_and_disposes_the_one_behind_it()
    {
        LarderChatClient client = Client();

        Assert.Same(client, ((IChatClient)client).GetService(typeof(LarderChatClient)));
        client.Dispose();
        Assert.True(_provider.IsDisposed);
    }

    private LarderChatClient Client() => _provider.UseLarder(_cache, options => options.TimeProvider = _time);
}
