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
        root.Add(Make("problem", "Solutions of a problem, and one alternative.", "problem", (text, asked) => Questions.Problem(text.Value, asked.Count)));
        root.Add(Make("design", "Implementation options of a solution, in three tiers.", "solution", (text, asked) => Questions.Design(text.Value, asked.Count)));
        root.Add(Make("ticket", "A ticket for an implementation option.", "option", (text, _) => Questions.Ticket(text.Value)));
        root.Add(Make("code", "Code that implements a ticket.", "ticket", (text, _) => Questions.Code(text.Value)));
        root.Add(Make("test", "Unit tests for code.", "code", (text, asked) => Questions.Test(text.Value, asked.Language, text.FileName)));
        root.Add(MakeError());
    }

    private Command Make<T>(string name, string description, string what, Func<InputText, Asked, Question<T>> question)
        where T : class, IAnswer
    {
        var command = new Command(name, description);
        var text = new Argument<string>(what) { Description = $"The {what}: text, the path of a file, or - for standard input." };
        command.Add(text);
        command.Add(_json);
        command.SetAction((parsed, cancellationToken) => Errors.GuardAsync(async () =>
        {
            InputText read = await InputText.ReadAsync(parsed.GetRequiredValue(text), cancellationToken);
            await AnswerAsync(parsed, question(read, new Asked(Count(parsed), settings.LanguageOf(parsed))), cancellationToken);
        }));
        return command;
    }

    private Command MakeError()
    {
        var command = new Command("error", "Debugged code, and what was wrong.");
        var code = new Argument<string>("code") { Description = "The code: text, the path of a file, or - for standard input." };
        var error = new Argument<string>("error") { Description = "The error: text, the path of a file, or - for standard input." };
        command.Add(code);
        command.Add(error);
        command.Add(_json);
        command.SetAction((parsed, cancellationToken) => Errors.GuardAsync(async () =>
        {
            InputText source = await InputText.ReadAsync(parsed.GetRequiredValue(code), cancellationToken);
            InputText message = await InputText.ReadAsync(parsed.GetRequiredValue(error), cancellationToken);
            await AnswerAsync(parsed, Questions.Error(source.Value, message.Value), cancellationToken);
        }));
        return command;
    }

    private async Task AnswerAsync<T>(ParseResult parsed, Question<T> question, CancellationToken cancellationToken)
        where T : class, IAnswer
    {
        await using Workbench bench = await Workbench.BuildAsync(settings, parsed, settings.LanguageOf(parsed));
        T answer = await bench.Programmer.AskAsync(question, cancellationToken);
        Console.Out.WriteLine(parsed.GetValue(_json) ? JsonSerializer.Serialize(answer, question.Contract) : answer.ToMarkdown());

        // Standard output is the answer's alone.
        Console.Error.WriteLine(bench.Source);
        Console.Error.WriteLine(Summary.Of(bench.Reports[^1], bench.IsReplay) + ".");
        bench.TellWhatWasSaved(Console.Error);
    }

    private int Count(ParseResult parsed) => parsed.GetValue(settings.Count) is >= 1 and <= 9 and int count
        ? count
        : throw new UsageException($"--count is {parsed.GetValue(settings.Count)}; it must be 1 to 9.");

    private readonly record struct Asked(int Count, Language Language);
}
