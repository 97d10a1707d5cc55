using System.Text.Json.Serialization.Metadata;
using Larder.Samples.PairProgrammer.Answers;

namespace Larder.Samples.PairProgrammer.Asking;

/// <summary>One function, ready to be asked.</summary>
/// <param name="Function">Its name, which is also the schema's.</param>
/// <param name="Text">What the model is told.</param>
/// <param name="Contract">What the answer looks like.</param>
/// <param name="Demands">What this call asks for beyond that; tells what is not met.</param>
public sealed record Question<T>(string Function, string Text, JsonTypeInfo<T> Contract, Func<T, IEnumerable<string>> Demands)
    where T : class, IAnswer;
