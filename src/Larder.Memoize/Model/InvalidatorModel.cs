namespace Larder.Memoize.Generation.Model;

/// <summary>A method that forgets results of memoized ones.</summary>
internal sealed record InvalidatorModel
{
    public required TypeModel Type { get; init; }

    public required string Name { get; init; }

    public required string Modifiers { get; init; }

    public string ExplicitInterface { get; init; } = "";

    public required string ReturnType { get; init; }

    public required ReturnShape Shape { get; init; }

    public required string TypeParameters { get; init; }

    public required EquatableArray<string> Constraints { get; init; }

    public EquatableArray<string> ExplicitConstraints { get; init; }

    public required EquatableArray<ParameterModel> Parameters { get; init; }

    public required BodyModel Body { get; init; }

    public required EquatableArray<InvalidationModel> Invalidations { get; init; }
}

/// <summary>One memoized method whose results are forgotten.</summary>
/// <param name="Holder">What holds the method's description.</param>
/// <param name="Handle">The expression of the handle.</param>
/// <param name="KeyArguments">The arguments of the key; <see langword="null"/> when all results are forgotten.</param>
/// <param name="KeyMayFail">Whether one of them may not be possible to write.</param>
internal sealed record InvalidationModel(string Holder, string Handle, string? KeyArguments, bool KeyMayFail);
