namespace Larder.Memoize.Generation.Model;

/// <summary>What came of reading a method: its model, or a stub when something is wrong with it.</summary>
internal sealed record Outcome<T>(T? Model, StubModel? Stub)
    where T : class;
