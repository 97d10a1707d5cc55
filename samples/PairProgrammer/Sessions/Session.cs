using System.Text;
using System.Text.Json;
using Larder.Samples.PairProgrammer.Answers;
using Larder.Samples.PairProgrammer.Asking;

namespace Larder.Samples.PairProgrammer.Sessions;

/// <summary>The whole way from a problem to code with tests. Each step is saved when it is done, so that a session that was broken off goes on there.</summary>
public sealed class Session(Programmer programmer, SessionFolder folder, SessionOptions options)
{
    private readonly List<StepState> _steps = [];
    private readonly StringBuilder _markdown = new();

    /// <summary>The functions on the way, in order.</summary>
    public static IReadOnlyList<string> Steps { get; } = ["problem", "design", "ticket", "code", "test"];

    /// <summary>Told of each step: its function, its answer as Markdown, and whether it was kept from before.</summary>
    public Action<string, string, bool>? Done { get; init; }

    /// <summary>Goes the whole way.</summary>
    /// <exception cref="AnswerException">A step has no usable answer; those before it are saved.</exception>
    public async Task<UnitTests> RunAsync(string problem, CancellationToken cancellationToken = default)
    {
        options.Validate();
        _markdown.Append("# ").Append(problem.ReplaceLineEndings(" ").Trim()).Append("\n\nWritten in ").Append(programmer.Language.Name).Append(".\n");

        Solutions solutions = await StepAsync(problem, Questions.Problem(problem, options.Count), cancellationToken);
        ImplementationOptions designs = await StepAsync(problem, Questions.Design(solutions.Items[options.Solution - 1].ToMarkdown(), options.Count), cancellationToken);
        Ticket ticket = await StepAsync(problem, Questions.Ticket(designs.Items[options.Option - 1].ToMarkdown()), cancellationToken);
        Code code = await StepAsync(problem, Questions.Code(ticket.ToMarkdown(), ticket.AcceptanceCriteria.Count), cancellationToken, code => (code.FileName, code.Source));
        return await StepAsync(problem, Questions.Test(code.Source, programmer.Language, code.FileName), cancellationToken, tests => (tests.FileName == code.FileName ? "test_" + tests.FileName : tests.FileName, tests.Source));
    }

    private async Task<T> StepAsync<T>(string problem, Question<T> question, CancellationToken cancellationToken, Func<T, (string Name, string Source)>? file = null)
        where T : class, IAnswer
    {
        T? answer = question.Function == options.Again ? null : Kept(question);
        bool isKept = answer is not null;
        if (answer is null)
        {
            var asked = new Programmer(programmer) { Anew = question.Function == options.Again };
            answer = await asked.AskAsync(question, cancellationToken);
            _steps.Add(new StepState(question.Function, question.Text, JsonSerializer.SerializeToElement(answer, question.Contract), DateTimeOffset.UtcNow));
        }

        string markdown = answer.ToMarkdown();
        _markdown.Append($"\n## {_steps.Count}. {question.Function}\n\n").Append(markdown);
        Save(problem);
        if (file is not null)
            folder.SaveCode(file(answer).Name, file(answer).Source, overwrite: !isKept); // What somebody changed in it meanwhile stays.
        Done?.Invoke(question.Function, markdown, isKept);
        return answer;
    }

    // A step is kept while its question is the same, word for word: what it rests on has not changed.
    private T? Kept<T>(Question<T> question)
        where T : class, IAnswer
    {
        if (folder.State is not { } state || state.Language != programmer.Language.Id || state.Steps.FirstOrDefault(step => step.Function == question.Function && step.Question == question.Text) is not { } kept)
            return null;
        if (AnswerSchema.Read(question, kept.Answer.GetRawText(), out T? answer).Count > 0)
            return null;
        _steps.Add(kept);
        return answer;
    }

    // Steps that come later are saved along: they may be kept yet.
    private void Save(string problem)
    {
        IEnumerable<StepState> later = folder.State?.Language == programmer.Language.Id ? folder.State.Steps.Where(step => _steps.TrueForAll(done => done.Function != step.Function)) : [];
        folder.Save(new SessionState
        {
            Format = SessionState.CurrentFormat,
            Problem = problem,
            Language = programmer.Language.Id,
            Count = options.Count,
            Solution = options.Solution,
            Option = options.Option,
            Steps = [.. _steps, .. later],
        });
        folder.SaveMarkdown(_markdown.ToString());
    }
}
