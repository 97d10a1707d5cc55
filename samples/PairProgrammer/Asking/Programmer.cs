using System.Diagnostics;
using Larder.Samples.PairProgrammer.Answers;
using Microsoft.Extensions.AI;

namespace Larder.Samples.PairProgrammer.Asking;

/// <summary>The pair programmer: six functions, each one question to a language model and a typed answer.</summary>
/// <remarks>
/// An answer has to fit its JSON schema and the demands of the call. One that does not is sent back once with what is
/// wrong; a second one that does not is an <see cref="AnswerException"/>. Knows nothing of a cache but where to tell it
/// to forget: the client that it is given caches, or does not.
/// </remarks>
public sealed class Programmer(IChatClient client, Language language)
{
    /// <summary>One like another.</summary>
    public Programmer(Programmer other)
        : this(other.Client, other.Language)
    {
        Anew = other.Anew;
        Answered = other.Answered;
    }

    /// <summary>The language that it writes.</summary>
    public Language Language => language;

    private IChatClient Client => client;

    /// <summary>Whether what is cached of a question is forgotten before it is asked.</summary>
    public bool Anew { get; init; }

    /// <summary>Told of each answer.</summary>
    public Action<AnswerReport>? Answered { get; init; }

    public Task<Solutions> ProblemAsync(string problem, int n = 1, CancellationToken cancellationToken = default) => AskAsync(Questions.Problem(problem, n), cancellationToken);

    public Task<ImplementationOptions> DesignAsync(string solution, int n = 1, CancellationToken cancellationToken = default) => AskAsync(Questions.Design(solution, n), cancellationToken);

    public Task<ImplementationOptions> DesignAsync(Solution solution, int n = 1, CancellationToken cancellationToken = default) => DesignAsync(solution.ToMarkdown(), n, cancellationToken);

    public Task<Ticket> TicketAsync(string option, CancellationToken cancellationToken = default) => AskAsync(Questions.Ticket(option), cancellationToken);

    public Task<Ticket> TicketAsync(ImplementationOption option, CancellationToken cancellationToken = default) => TicketAsync(option.ToMarkdown(), cancellationToken);

    public Task<Code> CodeAsync(string ticket, CancellationToken cancellationToken = default) => AskAsync(Questions.Code(ticket), cancellationToken);

    public Task<Code> CodeAsync(Ticket ticket, CancellationToken cancellationToken = default) => AskAsync(Questions.Code(ticket.ToMarkdown(), ticket.AcceptanceCriteria.Count), cancellationToken);

    public Task<CodeFix> ErrorAsync(string code, string error, CancellationToken cancellationToken = default) => AskAsync(Questions.Error(code, error), cancellationToken);

    public Task<CodeFix> ErrorAsync(Code code, string error, CancellationToken cancellationToken = default) => ErrorAsync(code.Source, error, cancellationToken);

    public Task<UnitTests> TestAsync(string code, CancellationToken cancellationToken = default) => AskAsync(Questions.Test(code, language), cancellationToken);

    public Task<UnitTests> TestAsync(Code code, CancellationToken cancellationToken = default) => AskAsync(Questions.Test(code.Source, language, code.FileName), cancellationToken);

    /// <summary>Asks a question.</summary>
    /// <exception cref="AnswerException">The model refused, or its answer does not fit, also after one repair.</exception>
    public async Task<T> AskAsync<T>(Question<T> question, CancellationToken cancellationToken = default)
        where T : class, IAnswer
    {
        ArgumentNullException.ThrowIfNull(question);
        long began = Stopwatch.GetTimestamp();
        ChatMessage[] messages = [new(ChatRole.System, Questions.Role(language)), new(ChatRole.User, question.Text)];
        var options = new ChatOptions { ResponseFormat = AnswerSchema.FormatOf(question.Function, question.Contract) };

        (T? answer, IReadOnlyList<string> flaws, ChatResponse response) = await TryAsync(question, messages, options, cancellationToken);
        bool repaired = answer is null;
        if (answer is null)
        {
            ChatMessage[] repair = [.. messages, new(ChatRole.Assistant, response.Text), new(ChatRole.User, Complaint(flaws, (ChatResponseFormatJson)options.ResponseFormat))];
            (answer, IReadOnlyList<string> again, response) = await TryAsync(question, repair, options, cancellationToken);
            if (answer is null)
                throw new AnswerException($"The model's answer to '{question.Function}' does not fit, also after one repair.\n  first: {string.Join(" ", flaws)}\n  then:  {string.Join(" ", again)}\n  The last answer begins: {Beginning(response.Text)}");

            // The repaired answer is this question's answer: it is not paid for twice.
            if (client.GetService(typeof(LarderChatClient)) is LarderChatClient cached)
                await cached.KeepAsync(messages, options, response, cancellationToken);
        }

        Answered?.Invoke(new AnswerReport(question.Function, response.GetOrigin(), Stopwatch.GetElapsedTime(began), response.Usage, repaired));
        return answer;
    }

    private async Task<(T? Answer, IReadOnlyList<string> Flaws, ChatResponse Response)> TryAsync<T>(Question<T> question, ChatMessage[] messages, ChatOptions options, CancellationToken cancellationToken)
        where T : class, IAnswer
    {
        var cached = client.GetService(typeof(LarderChatClient)) as LarderChatClient;
        if (Anew && cached is not null)
            await cached.ForgetAsync(messages, options, cancellationToken);

        ChatResponse response = await client.GetResponseAsync(messages, options, cancellationToken);
        if (response.Messages.SelectMany(message => message.Contents).OfType<ErrorContent>().FirstOrDefault() is { } refusal)
            throw new AnswerException($"The model refused to answer '{question.Function}': {refusal.Message}");
        if (response.FinishReason == ChatFinishReason.ContentFilter)
            throw new AnswerException($"The service withheld the model's answer to '{question.Function}': its content filter found something in the question or the answer.");

        IReadOnlyList<string> flaws = AnswerSchema.Read(question, response.Text, out T? answer);
        if (response.FinishReason == ChatFinishReason.Length)
            flaws = [$"The answer was cut off after {response.Usage?.OutputTokenCount?.ToString() ?? "too many"} tokens.", .. flaws];
        if (flaws.Count == 0)
            return (answer, flaws, response);

        // What fits the schema but not this call's demands was cached; nobody shall be served it again.
        if (cached is not null)
            await cached.ForgetAsync(messages, options, cancellationToken);
        return (null, flaws, response);
    }

    private static string Complaint(IReadOnlyList<string> flaws, ChatResponseFormatJson format) => $"""
        Your answer cannot be used:
        {string.Join("\n", flaws.Select(flaw => $"- {flaw}"))}
        Answer the question again, in full, with one JSON object that fits this schema and with nothing else:
        {format.Schema}
        """;

    private static string Beginning(string text) => text.Length <= 200 ? $"\"{text}\"" : $"\"{text[..200]}…\"";
}
