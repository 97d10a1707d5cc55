using System.CommandLine;
using Larder.Samples.PairProgrammer.Asking;
using Larder.Samples.PairProgrammer.Models;
using Larder.Samples.PairProgrammer.Recordings;
using Microsoft.Extensions.AI;

namespace Larder.Samples.PairProgrammer.Cli;

/// <summary>Everything that a command works with: the model or its replay, the cache, and the programmer in front of them.</summary>
internal sealed class Workbench : IAsyncDisposable
{
    private readonly LocalServer? _server;
    private readonly Cache? _cache;
    private volatile Exception? _storeFailure;

    private Workbench(OpenAIChatClient model, LocalServer? server, Cache? cache, string? user, Language language, string source, string origin)
    {
        Model = model;
        _server = server;
        _cache = cache;
        Cached = cache is null ? null : model.UseLarder(user is null ? cache : cache.For(new UserContext(user)), options =>
        {
            options.ShouldCache = AnswerSchema.Fits;
            options.Source = origin; // What one service or recording answers is no answer of another.
        });
        cache?.Events.StoreFailed += (_, failed) => _storeFailure = failed.Exception;
        Source = source;
        Programmer = new Programmer((IChatClient?)Cached ?? model, language) { Answered = Reports.Add };
    }

    /// <summary>The model without the cache.</summary>
    public OpenAIChatClient Model { get; }

    /// <summary>The model behind the cache; <see langword="null"/> without one.</summary>
    public LarderChatClient? Cached { get; }

    public Programmer Programmer { get; }

    /// <summary>Where the answers come from, for people.</summary>
    public string Source { get; }

    /// <summary>Whether a recording stands in for the model.</summary>
    public bool IsReplay => _server is ReplayServer;

    /// <summary>Every answer so far.</summary>
    public List<AnswerReport> Reports { get; } = [];

    /// <summary>What the whole cache has done.</summary>
    public CacheStatistics? Statistics => _cache?.Statistics;

    /// <summary>Builds it as the command line says.</summary>
    public static async Task<Workbench> BuildAsync(Settings settings, ParseResult parsed, Language language)
    {
        Settings.RefuseBlank(parsed, settings.All);
        string? user = parsed.GetValue(settings.User);
        string? replay = parsed.GetValue(settings.Replay), record = parsed.GetValue(settings.Record);
        if (replay is not null && record is not null)
            throw new UsageException("--replay and --record exclude each other: a replay is recorded already.");

        LocalServer? server = null;
        ModelOptions model;
        string source, origin;
        if (replay is not null)
        {
            Recording recording = Recording.Load(replay);
            server = await ReplayServer.StartAsync(recording);
            model = new ModelOptions { Endpoint = server.Endpoint, Model = "replay", Key = "none" };
            source = $"This is a replay of a recorded session, no model is asked: {recording.About.Title} {recording.About.Note}";
            origin = recording.Digest;
        }
        else
        {
            model = Service(settings, parsed);
            source = $"Answers come from {model.Model} at {model.Endpoint}.";
            origin = model.Endpoint.ToString();
            if (record is not null)
            {
                server = await RecordServer.StartAsync(record, model.Endpoint, "A session of the pair programmer.");
                model = model with { Endpoint = server.Endpoint };
                source += $" They are recorded to {record}.";
            }
        }

        Cache? cache = record is not null || parsed.GetValue(settings.NoCache) ? null : OpenCache(settings, parsed);
        return new Workbench(new OpenAIChatClient(model), server, cache, user, language, source, origin);
    }

    /// <summary>Says what the cache saved, and whether it could keep answers at all: it fails nobody, so nobody would know.</summary>
    public void TellWhatWasSaved(TextWriter output)
    {
        if (Cached is not null)
            output.WriteLine(Summary.Of(Cached.Statistics, IsReplay));
        if (_storeFailure is { } failure)
            Console.Error.WriteLine($"pair: answers could not all be kept: {failure.Message}");
    }

    public async ValueTask DisposeAsync()
    {
        Model.Dispose();
        if (_cache is not null)
            await _cache.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
    }

    private static ModelOptions Service(Settings settings, ParseResult parsed)
    {
        string endpoint = settings.EndpointOf(parsed);
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https"))
            throw new UsageException($"--endpoint is '{endpoint}'; it must be an http or https address, such as http://localhost:11434/v1.");
        string model = settings.ModelOf(parsed) ?? throw new UsageException("There is no model: name one by --model or OPENAI_MODEL, or replay a recording by --replay FOLDER.");
        // Local services ask for no key, and the client sends one always.
        string key = settings.KeyOf(parsed) ?? (address.IsLoopback ? "none" : throw new UsageException($"There is no key for {address}: set OPENAI_API_KEY, or --key."));
        return new ModelOptions { Endpoint = address, Model = model, Key = key };
    }

    private static Cache OpenCache(Settings settings, ParseResult parsed)
    {
        string? redis = parsed.GetValue(settings.Redis), file = parsed.GetValue(settings.CacheFile);
        if (redis is not null && file is not null)
            throw new UsageException("--redis and --cache exclude each other: answers are kept in one place.");
        try
        {
            return Cache.Create(options =>
            {
                options.Name = "pair";
                options.MaxBytes = 256 * 1024 * 1024;
                options.Store.LeaseDuration = TimeSpan.FromMinutes(5); // Longer than a model takes.
                if (redis is not null)
                    options.UseRedis(redis);
                else
                    options.UseSqlite(Path.GetFullPath(file ?? DefaultFile()));
            });
        }
        catch (FormatException error)
        {
            throw new UsageException($"--redis: {error.Message}");
        }
    }

    private static string DefaultFile() =>
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "larder-pair", "answers.db");
}
