using Larder.Samples.PairProgrammer.Asking;
using Larder.Samples.PairProgrammer.Models;
using Larder.Samples.PairProgrammer.Recordings;

namespace Larder.AI.Tests.Pair;

/// <summary>A programmer before a cache before a real client of a server that plays something back: the whole way over HTTP.</summary>
internal sealed class Desk : IAsyncDisposable
{
    private readonly Cache _cache;
    private readonly bool _ownsCache;

    private Desk(ReplayServer server, Cache? cache, ModelOptions? model)
    {
        Server = server;
        _ownsCache = cache is null;
        _cache = cache ?? Cache.Create();
        Model = new OpenAIChatClient((model ?? Options(server)) with { Endpoint = server.Endpoint });
        Client = Model.UseLarder(_cache, options => options.ShouldCache = AnswerSchema.Fits);
        Programmer = new Programmer(Client, Language.Python) { Answered = Reports.Add };
    }

    public ReplayServer Server { get; }

    public OpenAIChatClient Model { get; }

    public LarderChatClient Client { get; }

    public Programmer Programmer { get; }

    public List<AnswerReport> Reports { get; } = [];

    public static async Task<Desk> OpenAsync(Recording recording, Cache? cache = null, ModelOptions? model = null) => new(await ReplayServer.StartAsync(recording), cache, model);

    public static Task<Desk> OpenAsync(params IEnumerable<Exchange> exchanges) => OpenAsync(Recording.Of("made up", exchanges));

    public static ModelOptions Options(LocalServer server) => new() { Endpoint = server.Endpoint, Model = "recorded", Key = "none", Retries = 1 };

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (_ownsCache)
            await _cache.DisposeAsync();
        await Server.DisposeAsync();
    }
}
