using System.Text.Json;

namespace Larder.Samples.PairProgrammer.Recordings;

/// <summary>One request and its answer, as a file of a recording says it. The README has the format.</summary>
/// <remarks>Properties can be set, since a generated contract would give those that only an initializer sets no defaults.</remarks>
public sealed record Exchange
{
    /// <summary>Which requests it answers.</summary>
    public required RequestMatch When { get; set; }

    /// <summary>How long the answer took.</summary>
    public int DelayMilliseconds { get; set; }

    /// <summary>The HTTP status.</summary>
    public int Status { get; set; } = 200;

    /// <summary>Headers of the answer, such as <c>Retry-After</c>.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; set; }

    /// <summary>The answer's body, where it is JSON. A message's content may be any JSON here and is sent as its text; <c>{"$file": "name"}</c> in it stands for the text of a file beside.</summary>
    public JsonElement? Response { get; set; }

    /// <summary>The answer's body as it is, where it is no JSON.</summary>
    public string? Body { get; set; }

    /// <summary>After how many bytes of the body the connection breaks.</summary>
    public int? CutAfter { get; set; }

    /// <summary>What is wrong with it; empty when nothing is.</summary>
    internal IEnumerable<string> Flaws()
    {
        if (DelayMilliseconds < 0)
            yield return $"delayMilliseconds is {DelayMilliseconds}; it must be 0 or more.";
        if (Status is < 200 or > 599)
            yield return $"status is {Status}; it must be 200 to 599.";
        if (CutAfter < 0)
            yield return $"cutAfter is {CutAfter}; it must be 0 or more.";
        if (Response is { ValueKind: not JsonValueKind.Object } response)
            yield return $"response is of kind {response.ValueKind}; it must be an object, such as a chat completion.";
        if (Response is null == Body is null)
            yield return "it must have either response or body.";
    }
}

/// <summary>Which requests an exchange answers: those that meet all of it.</summary>
public sealed record RequestMatch
{
    /// <summary>The name of the JSON schema that the answer is asked for in.</summary>
    public string? Schema { get; set; }

    /// <summary>How many messages the request has.</summary>
    public int? Messages { get; set; }

    /// <summary>Texts that each occur in a message of the request.</summary>
    public IReadOnlyList<string> Contains { get; set; } = [];
}

/// <summary>What a recording is: its file <c>recording.json</c>.</summary>
public sealed record About
{
    public const int CurrentFormat = 1;

    /// <summary>The version of the files' format.</summary>
    public required int Format { get; set; }

    /// <summary>What was asked.</summary>
    public required string Title { get; set; }

    /// <summary>Who answered, and what else a reader should know.</summary>
    public required string Note { get; set; }
}
