using Larder.Samples.PairProgrammer.Answers;

namespace Larder.Samples.PairProgrammer.Asking;

/// <summary>The six functions as prompts.</summary>
public static class Questions
{
    /// <summary>Who the model is.</summary>
    public static string Role(Language language) => $"""
        You are an AI software developer with expertise in complex, production-ready applications. You deliver well-engineered, maintainable code that scales.
        You write {language.Name}. Your code matches {language.Standard}. You program asynchronously ({language.Asynchronous}) where it helps performance, and follow the language's idioms and best practices.
        Answer with one JSON object that fits the given schema, and with nothing else. Write prose as plain text, code as it stands in a file.
        """;

    public static Question<Solutions> Problem(string problem, int n) => new(
        "problem",
        $"""
        Solve this problem:

        {problem.Trim()}

        Give {Count(n, "solution")}, the best first. Of each: the problem in your words, the approach, pros and cons, resources to read.
        Then mention one alternative briefly, and how to switch to exploring it.
        """,
        AnswerJson.Default.Solutions,
        answer => Exactly("items", n, answer.Items.Count));

    public static Question<ImplementationOptions> Design(string solution, int n) => new(
        "design",
        $"""
        Design an implementation of this solution:

        {solution.Trim()}

        Give {Count(n, "implementation option")}, the best first. Of each: what the data tier, the logic tier and the presentation tier do, the technologies, the code solution (how the code is organised, in a few sentences), pros and cons, resources to read.
        """,
        AnswerJson.Default.ImplementationOptions,
        answer => Exactly("items", n, answer.Items.Count));

    public static Question<Ticket> Ticket(string option) => new(
        "ticket",
        $"""
        Write a ticket for this implementation option:

        {option.Trim()}

        Give a title, a description, the requirements, and acceptance criteria that a test can check.
        """,
        AnswerJson.Default.Ticket,
        _ => []);

    /// <param name="ticket">The ticket as text.</param>
    /// <param name="criteria">How many acceptance criteria it has; <see langword="null"/> when that is not known.</param>
    public static Question<Code> Code(string ticket, int? criteria = null) => new(
        "code",
        $"""
        Implement this ticket:

        {ticket.Trim()}

        Write code that implements every requirement and meets every acceptance criterion. Give a file name, the source, an explanation, and of every acceptance criterion, in order, how the code meets it.
        """,
        AnswerJson.Default.Code,
        answer => criteria is { } count ? Exactly("met_criteria", count, answer.MetCriteria.Count) : []);

    public static Question<CodeFix> Error(string code, string error) => new(
        "error",
        $"""
        Debug this code:

        {Fenced(code)}

        It fails with this error:

        {Fenced(error)}

        Give the error in your words, the debugged code in full, and an explanation.
        """,
        AnswerJson.Default.CodeFix,
        _ => []);

    /// <param name="code">The code.</param>
    /// <param name="language">What it is written in.</param>
    /// <param name="fileName">The file that it is in, for the tests to import; <see langword="null"/> when that is not known.</param>
    public static Question<UnitTests> Test(string code, Language language, string? fileName = null) => new(
        "test",
        $"""
        Write unit tests for this code{(fileName is null ? "" : $", which is in the file {fileName}")}:

        {Fenced(code)}

        Use {language.Tests}. Test every behaviour that the code promises, failures included, without a network or a server. Give a file name, the source of the tests, and an explanation.
        """,
        AnswerJson.Default.UnitTests,
        _ => []);

    private static string Count(int n, string what) => n == 1 ? $"one {what}" : $"{n} {what}s";

    private static string Fenced(string text)
    {
        string fence = "```";
        while (text.Contains(fence, StringComparison.Ordinal))
            fence += "`";
        return $"{fence}\n{text.Trim()}\n{fence}";
    }

    private static IEnumerable<string> Exactly(string property, int wanted, int count)
    {
        if (count != wanted)
            yield return $"{property} holds {count}; it must hold exactly {wanted}.";
    }
}
