using System.CommandLine;
using System.CommandLine.Parsing;
using Larder.Samples.PairProgrammer.Asking;

namespace Larder.Samples.PairProgrammer.Cli;

/// <summary>The options that every command takes, each also from the environment where that is usual.</summary>
internal sealed class Settings
{
    public Option<string> Language { get; } = new("--language", "-l") { Description = "What the code is written in: python or csharp. A session that is gone on with keeps its own, as it does the count.", Recursive = true, DefaultValueFactory = _ => "python" };

    public Option<int> Count { get; } = new("--count", "-n") { Description = "How many solutions and implementation options to ask for.", Recursive = true, DefaultValueFactory = _ => 1 };

    public Option<string?> Endpoint { get; } = new("--endpoint") { Description = "The base address of an OpenAI-compatible service. Environment: OPENAI_BASE_URL. Default: https://api.openai.com/v1.", Recursive = true };

    public Option<string?> Model { get; } = new("--model", "-m") { Description = "The model's id. Environment: OPENAI_MODEL.", Recursive = true };

    public Option<string?> Key { get; } = new("--key") { Description = "The service's key. Environment: OPENAI_API_KEY, which other users of the machine cannot see.", Recursive = true };

    public Option<string?> CacheFile { get; } = new("--cache") { Description = "The SQLite file that keeps answers; several processes may use it at once. Default: larder-pair/answers.db in the user's own folder for such data.", Recursive = true };

    public Option<string?> Redis { get; } = new("--redis") { Description = "A Redis server, HOST:PORT, that keeps answers for many machines, instead of a file.", Recursive = true };

    public Option<bool> NoCache { get; } = new("--no-cache") { Description = "Keep no answers.", Recursive = true };

    public Option<string?> User { get; } = new("--user") { Description = "Keep this user's answers apart from everybody else's.", Recursive = true };

    public Option<string?> Replay { get; } = new("--replay") { Description = "Answer from a recorded session in this folder instead of a model.", Recursive = true };

    public Option<string?> Record { get; } = new("--record") { Description = "Record the session to this folder. Nothing is answered from the cache then.", Recursive = true };

    public IEnumerable<Option> All => [Language, Count, Endpoint, Model, Key, CacheFile, Redis, NoCache, User, Replay, Record];

    /// <exception cref="UsageException">An option that takes a text was given none.</exception>
    public static void RefuseBlank(ParseResult parsed, params IEnumerable<Option> options)
    {
        foreach (Option<string?> option in options.OfType<Option<string?>>())
        {
            if (parsed.GetValue(option) is { } value && string.IsNullOrWhiteSpace(value))
                throw new UsageException($"{option.Name} is '{value}'; it must hold a visible character.");
        }
    }

    /// <summary>What the command line says of an option; where it says nothing, what a session has kept, and else the default.</summary>
    public static T Chosen<T>(ParseResult parsed, Option<T> option, T? kept)
        where T : struct => parsed.GetResult(option) is { Implicit: false } ? parsed.GetRequiredValue(option) : kept ?? parsed.GetRequiredValue(option);

    /// <summary>The language that was chosen.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="kept">The language of the session that is gone on with.</param>
    /// <exception cref="UsageException">There is no such language.</exception>
    public Language LanguageOf(ParseResult parsed, string? kept = null)
    {
        string id = kept is not null && parsed.GetResult(Language) is not { Implicit: false } ? kept : parsed.GetRequiredValue(Language);
        return Asking.Language.All.FirstOrDefault(language => language.Id.Equals(id, StringComparison.OrdinalIgnoreCase))
            ?? throw new UsageException($"--language is '{id}'; it must be one of {string.Join(", ", Asking.Language.All.Select(language => language.Id))}.");
    }

    /// <summary>The service's address.</summary>
    public string EndpointOf(ParseResult parsed) => parsed.GetValue(Endpoint) ?? Variable("OPENAI_BASE_URL") ?? "https://api.openai.com/v1";

    /// <summary>The model, if one is named.</summary>
    public string? ModelOf(ParseResult parsed) => parsed.GetValue(Model) ?? Variable("OPENAI_MODEL");

    /// <summary>The key, if there is one. It is no default of its option: those are printed by --help.</summary>
    public string? KeyOf(ParseResult parsed) => parsed.GetValue(Key) ?? Variable("OPENAI_API_KEY");

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
