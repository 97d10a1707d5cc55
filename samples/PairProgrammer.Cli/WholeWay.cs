using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Larder.Samples.PairProgrammer.Asking;
using Larder.Samples.PairProgrammer.Recordings;
using Larder.Samples.PairProgrammer.Sessions;

namespace Larder.Samples.PairProgrammer.Cli;

/// <summary>The command without a name: from a problem to code with tests.</summary>
internal sealed class WholeWay
{
    private readonly Settings _settings;

    private readonly Argument<string?> _problem = new("problem") { Description = "The problem. May be left out to go on with the session in --out.", Arity = ArgumentArity.ZeroOrOne };

    private readonly Option<string?> _out = new("--out", "-o") { Description = "The session's folder. Default: a folder named after the problem. A session that is there is gone on with." };

    private readonly Option<string?> _again = new("--again") { Description = $"Ask this step anew: {string.Join(", ", Session.Steps)}. Those after it follow where it changes what they rest on." };

    private readonly Option<int> _solution = new("--solution") { Description = "Which of the solutions to design.", DefaultValueFactory = _ => 1 };

    private readonly Option<int> _option = new("--option") { Description = "Which of the implementation options to make a ticket of.", DefaultValueFactory = _ => 1 };

    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Show a line for each step instead of its answer." };

    private readonly Option<string?> _figures = new("--figures") { Description = "Ask everything once more past the cache, and add a line \"name|calls|hits|ms with the cache|ms without\" to this file." };

    public WholeWay(Settings settings) => _settings = settings;

    public void AddTo(RootCommand root)
    {
        root.Arguments.Add(_problem);
        foreach (Option option in (Option[])[_out, _again, _solution, _option, _quiet, _figures])
            root.Options.Add(option);
        root.SetAction((parsed, cancellationToken) => Errors.GuardAsync(() => RunAsync(parsed, cancellationToken)));
    }

    private async Task RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        (string problem, SessionFolder folder, string path) = Open(parsed);
        var options = new SessionOptions
        {
            Count = Settings.Chosen(parsed, _settings.Count, folder.State?.Count),
            Solution = Settings.Chosen(parsed, _solution, folder.State?.Solution),
            Option = Settings.Chosen(parsed, _option, folder.State?.Option),
            Again = parsed.GetValue(_again),
        };
        options.Validate();
        bool quiet = parsed.GetValue(_quiet);

        if (folder.State is { Steps.Count: > 0 } && parsed.GetValue(_settings.Record) is { } record && !File.Exists(Path.Combine(record, Recording.AboutFile)))
            throw new UsageException($"--record: the session in {path} has begun, and what it has would not be in the recording; name a new folder by --out.");

        await using Workbench bench = await Workbench.BuildAsync(_settings, parsed, _settings.LanguageOf(parsed, folder.State?.Language));
        Console.WriteLine(bench.Source);
        Console.WriteLine();
        bool hadAnswers = bench.Statistics is not null && folder.State is null;
        var total = Stopwatch.StartNew();
        var session = new Session(bench.Programmer, folder, options)
        {
            Done = (function, markdown, isKept) =>
            {
                string how = isKept ? "kept from this session" : Summary.Of(bench.Reports[^1], bench.IsReplay);
                Console.WriteLine(quiet ? $"   {function,-10} {how}" : $"## {function}  ({how})\n\n{markdown}");
            },
        };
        await session.RunAsync(problem, cancellationToken);
        TimeSpan with = total.Elapsed;

        Console.WriteLine();
        Console.WriteLine($"{Session.Steps.Count} steps in {Summary.Seconds(with)} s. The session is in {path}: {SessionFolder.MarkdownFile}, {SessionFolder.CodeFolder}/.");
        bench.TellWhatWasSaved(Console.Out);
        if (parsed.GetValue(_figures) is { } figures && hadAnswers)
            await CompareAsync(bench, problem, options, figures, with, cancellationToken);
    }

    private (string Problem, SessionFolder Folder, string Path) Open(ParseResult parsed)
    {
        Settings.RefuseBlank(parsed, _out, _again, _figures);
        string? problem = parsed.GetValue(_problem), path = parsed.GetValue(_out);
        if (string.IsNullOrWhiteSpace(problem) && path is null)
            throw new UsageException("There is no problem: say one, or name the folder of a session by --out. --help has more.");
        path ??= $"pair-{Slug(problem!)}";
        SessionFolder folder = SessionFolder.Open(path);
        if (string.IsNullOrWhiteSpace(problem))
            problem = folder.State?.Problem;
        else if (folder.State is { } state && state.Problem.Trim() != problem.Trim())
            throw new UsageException($"{path} holds the session of another problem, \"{state.Problem}\"; name another folder by --out.");
        return (problem ?? throw new UsageException($"{path} holds no session yet; say the problem."), folder, path);
    }

    // The same questions, asked past the cache.
    private static async Task CompareAsync(Workbench bench, string problem, SessionOptions options, string figures, TimeSpan with, CancellationToken cancellationToken)
    {
        CacheStatistics statistics = bench.Statistics!;
        string folder = Directory.CreateTempSubdirectory("pair-").FullName;
        try
        {
            var watch = Stopwatch.StartNew();
            await new Session(new Programmer(bench.Model, bench.Programmer.Language), SessionFolder.Open(folder), options with { Again = null }).RunAsync(problem, cancellationToken);
            TimeSpan without = watch.Elapsed;
            Console.WriteLine($"For comparison, the same questions without the cache: {Summary.Seconds(without)} s.");
            string name = statistics.Hits == 0 ? "PairProgrammer, first run" : "PairProgrammer, second run";
            await File.AppendAllTextAsync(figures, string.Create(CultureInfo.InvariantCulture, $"{name}|{statistics.Lookups}|{statistics.Hits}|{with.TotalMilliseconds:F0}|{without.TotalMilliseconds:F0}\n"), cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Slug(string problem)
    {
        string[] words = new string([.. problem.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string slug = string.Join('-', words.Take(6));
        return slug.Length > 0 ? slug : "session";
    }
}
