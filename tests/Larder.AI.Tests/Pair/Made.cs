using System.Text.Json;
using System.Text.Json.Nodes;
using Larder.Samples.PairProgrammer.Recordings;

namespace Larder.AI.Tests.Pair;

/// <summary>Makes up exchanges.</summary>
internal static class Made
{
    public const string Ticket = """{"title":"T","description":"D","requirements":["R"],"acceptance_criteria":["A","B"]}""";

    /// <summary>What <c>problem</c> answers.</summary>
    public static string Solutions(params IEnumerable<string> approaches)
    {
        IEnumerable<string> items = approaches.Select(approach => """{"problem":"P","approach":"#","pros_cons":{"pros":["+"],"cons":["-"]},"resources":["r"]}""".Replace("#", approach, StringComparison.Ordinal));
        return $$$"""{"items":[{{{string.Join(',', items)}}}],"alternative":{"approach":"B","how_to_switch":"S"}}""";
    }

    /// <summary>What <c>design</c> answers.</summary>
    public static string Options(params IEnumerable<string> solutions)
    {
        const string Item = """{"tiers":{"data":"D","logic":"L","presentation":"P"},"technologies":["t"],"code_solution":"#","pros_cons":{"pros":["+"],"cons":["-"]},"resources":["r"]}""";
        return $$"""{"items":[{{string.Join(',', solutions.Select(solution => Item.Replace("#", solution, StringComparison.Ordinal)))}}]}""";
    }

    /// <summary>A request for anything (or a schema), answered by a completion with this content.</summary>
    public static Exchange Exchange(string content, string? schema = null, string reason = "stop", int delay = 0, int? messages = null, string? refusal = null, int? cutAfter = null) => new()
    {
        When = new RequestMatch { Schema = schema, Messages = messages },
        DelayMilliseconds = delay,
        CutAfter = cutAfter,
        Response = JsonElement.Parse(new JsonObject
        {
            ["id"] = "c1",
            ["object"] = "chat.completion",
            ["created"] = 1793000000,
            ["model"] = "made-up",
            ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["finish_reason"] = reason, ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = refusal is null ? content : null, ["refusal"] = refusal } }),
            ["usage"] = new JsonObject { ["prompt_tokens"] = 12, ["completion_tokens"] = 34, ["total_tokens"] = 46 },
        }.ToJsonString()),
    };

    /// <summary>A request for anything, answered by a status.</summary>
    public static Exchange Failure(int status, string? retryAfter = null) => new()
    {
        When = new RequestMatch(),
        Status = status,
        Headers = retryAfter is null ? null : new Dictionary<string, string> { ["Retry-After"] = retryAfter },
        Body = """{"error":{"message":"Not now."}}""",
    };

    /// <summary>A request for anything, answered by text.</summary>
    public static Exchange Raw(string body) => new() { When = new RequestMatch(), Body = body };
}
