using System.Text.Json;
using System.Text.Json.Serialization;

namespace Larder.Samples.PairProgrammer.Sessions;

/// <summary>What a session has come to: its file <c>session.json</c>.</summary>
public sealed record SessionState
{
    public const int CurrentFormat = 1;

    public required int Format { get; init; }

    public required string Problem { get; init; }

    public required string Language { get; init; }

    /// <summary><see cref="SessionOptions.Count"/>.</summary>
    public int Count { get; set; } = 1;

    /// <summary><see cref="SessionOptions.Solution"/>.</summary>
    public int Solution { get; set; } = 1;

    /// <summary><see cref="SessionOptions.Option"/>.</summary>
    public int Option { get; set; } = 1;

    public IReadOnlyList<StepState> Steps { get; set; } = [];
}

/// <summary>One step: what was asked, and what the answer was.</summary>
/// <param name="Function">The function's name.</param>
/// <param name="Question">What the model was told. A step whose question has changed is asked again.</param>
/// <param name="Answer">What it answered.</param>
/// <param name="At">When.</param>
public sealed record StepState(string Function, string Question, JsonElement Answer, DateTimeOffset At);

/// <summary>The contract of the file.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, WriteIndented = true)]
[JsonSerializable(typeof(SessionState))]
internal sealed partial class SessionJson : JsonSerializerContext;
