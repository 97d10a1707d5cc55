using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using Larder.Samples.PairProgrammer.Answers;
using Microsoft.Extensions.AI;

namespace Larder.Samples.PairProgrammer.Asking;

/// <summary>The JSON schemas of the answers, from their contracts, and the check against them.</summary>
public static class AnswerSchema
{
    private static readonly JsonSchemaExporterOptions Exporting = new() { TreatNullObliviousAsNonNullable = true };

    // By function. Their contracts were made at compile time.
    private static readonly Dictionary<string, JsonTypeInfo> Contracts = new(StringComparer.Ordinal)
    {
        ["problem"] = AnswerJson.Default.Solutions,
        ["design"] = AnswerJson.Default.ImplementationOptions,
        ["ticket"] = AnswerJson.Default.Ticket,
        ["code"] = AnswerJson.Default.Code,
        ["error"] = AnswerJson.Default.CodeFix,
        ["test"] = AnswerJson.Default.UnitTests,
    };

    /// <summary>The names of the functions.</summary>
    public static IReadOnlyCollection<string> Functions => Contracts.Keys;

    /// <summary>What a model is given, so that its answer fits.</summary>
    public static ChatResponseFormatJson FormatOf(string function, JsonTypeInfo contract)
    {
        JsonNode schema = contract.GetJsonSchemaAsNode(Exporting);
        return ChatResponseFormat.ForJsonSchema(JsonElement.Parse(schema.ToJsonString()), function);
    }

    /// <summary>For <see cref="ChatCacheOptions.ShouldCache"/>: an answer that does not fit its schema is not kept.</summary>
    public static bool Fits(ChatOptions? options, ChatResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        if (options?.ResponseFormat is not ChatResponseFormatJson { SchemaName: { } function } || !Contracts.TryGetValue(function, out JsonTypeInfo? contract))
            return true;
        try
        {
            return JsonSerializer.Deserialize(response.Text, contract) is IAnswer answer && !answer.Flaws().Any();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Reads an answer.</summary>
    /// <param name="question">What was asked.</param>
    /// <param name="text">What the model said.</param>
    /// <param name="answer">The answer, when there are no flaws.</param>
    /// <returns>What is wrong with it.</returns>
    public static IReadOnlyList<string> Read<T>(Question<T> question, string text, out T? answer)
        where T : class, IAnswer
    {
        ArgumentNullException.ThrowIfNull(question);
        answer = null;
        try
        {
            answer = JsonSerializer.Deserialize(text, question.Contract);
        }
        catch (JsonException error)
        {
            return [error.Message];
        }

        return answer is null ? ["The answer is null."] : [.. answer.Flaws().Concat(question.Demands(answer))];
    }
}
