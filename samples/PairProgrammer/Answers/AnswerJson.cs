using System.Text.Json.Serialization;

namespace Larder.Samples.PairProgrammer.Answers;

/// <summary>The contracts of all answers, made at compile time. They are strict: nothing may be missing, null or extra.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Solutions))]
[JsonSerializable(typeof(ImplementationOptions))]
[JsonSerializable(typeof(Ticket))]
[JsonSerializable(typeof(Code))]
[JsonSerializable(typeof(CodeFix))]
[JsonSerializable(typeof(UnitTests))]
internal sealed partial class AnswerJson : JsonSerializerContext;
