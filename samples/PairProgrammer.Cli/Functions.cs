using System.CommandLine;
using System.Text.Json;
using Larder.Samples.PairProgrammer.Answers;
using Larder.Samples.PairProgrammer.Asking;

namespace Larder.Samples.PairProgrammer.Cli;

/// <summary>A command for each function by itself: text in, Markdown or JSON out.</summary>
internal sealed class Functions(Settings settings)
{
    private readonly Option<bool> _json = new("--json") { Description = "Print the answer as JSON.", Recursive = true };

    public void AddTo(RootCommand root)
    {
        root.Add(Make("problem", "Solutions of a problem, and one alternative.", "problem", (text, count, _) => Questions.Problem(text, count)));
        root.Add(Make("design", "Implementation options of a solution, in three tiers.", "solution", (text, count, _) => Questions.Design(text, count)));
        root.Add(Make("ticket", "A ticket for an implementation option.", "option", (text, _, _) => Questions.Ticket(text)));
        root.Add(Make("code", "Code that implements a ticket.", "ticket", (text, _, _) => Questions.Code(text)));
        root.Add(Make("test", "Unit tests for code.", "code", (text, _, language) => Questions.Test(text, language)));
        root.Add(MakeError());
    }

    private Command Make<T>(string name, string description, string what, Func<string, int, Language, Question<T>> question)
        where T : class, IAnswer
    {
        var command = new Command(name, description);
        var text = new Argument<string>(what) { Description = $"The {what}: text, the path of a file, or - for standard input." };
        command.Add(text);
        command.Add(_json);
        command.SetAction((parsed, cancellationToken) => Errors.GuardAsync(async () =>
        {
            string read = await ReadAsync(parsed.GetRequiredValue(text), cancellationToken);
            await AnswerAsync(parsed, question(read, Count(parsed), settings.LanguageOf(parsed)), cancellationToken);
        }));
        return command;
    }

    private Command MakeError()
    {
        var command = new Command("error", "Debugged code, and what was wrong.");
        var code = new Argument<string>("code") { Description = "The code: text, the path of a file, or - for standard input." };
        var error = new Argument<string>("error") { Description = "The error: text, or the path of a file." };
        command.Add(code);
        command.Add(error);
        command.Add(_json);
        command.SetAction((parsed, cancellationToken) => Errors.GuardAsync(async () =>
        {
            string source = await ReadAsync(parsed.GetRequiredValue(code), cancellationToken);
            string message = await ReadAsync(parsed.GetRequiredValue(error), cancellationToken);
            await AnswerAsync(parsed, Questions.Error(source, message), cancellationToken);
        }));
        return command;
    }

    private async Task AnswerAsync<T>(ParseResult parsed, Question<T> question, CancellationToken cancellationToken)
        where T : class, IAnswer
    {
        await using Workbench bench = await Workbench.BuildAsync(settings, parsed);
        T answer = await bench.Programmer.AskAsync(question, cancellationToken);
        Console.Out.WriteLine(parsed.GetValue(_json) ? JsonSerializer.Serialize(answer, question.Contract) : answer.ToMarkdown());

        // Standard output is the answer's alone.
        Console.Error.WriteLine(bench.Source);
        Console.Error.WriteLine(Summary.Of(bench.Reports[^1], bench.IsReplay) + ".");
    }

    private int Count(ParseResult parsed) => parsed.GetValue(settings.Count) is >= 1 and <= 9 and int count
        ? count
        : throw new UsageException($"--count is {parsed.GetValue(settings.Count)}; it must be 1 to 9.");

    private static async Task<string> ReadAsync(string text, CancellationToken cancellationToken)
    {
        string read = text == "-" ? await Console.In.ReadToEndAsync(cancellationToken) : text.Length < 260 && File.Exists(text) ? await File.ReadAllTextAsync(text, cancellationToken) : text;
        return string.IsNullOrWhiteSpace(read) ? throw new UsageException("There is nothing to read; the text is empty.") : read;
    }
}
