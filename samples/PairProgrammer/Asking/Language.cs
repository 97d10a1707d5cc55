namespace Larder.Samples.PairProgrammer.Asking;

/// <summary>A programming language, and what good code in it is.</summary>
public sealed record Language
{
    public static readonly Language Python = new()
    {
        Id = "python",
        Name = "Python",
        Standard = "the Ruff formatter's standard, which includes PEP 8, with type hints and docstrings",
        Asynchronous = "asyncio",
        Tests = "unittest (IsolatedAsyncioTestCase for what is asynchronous)",
    };

    public static readonly Language CSharp = new()
    {
        Id = "csharp",
        Name = "C#",
        Standard = "the standard of dotnet format with the analyzers' recommended rules, nullable reference types and XML documentation",
        Asynchronous = "async and await with cancellation tokens",
        Tests = "xUnit",
    };

    public static IReadOnlyList<Language> All { get; } = [Python, CSharp];

    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string Standard { get; init; }

    public required string Asynchronous { get; init; }

    public required string Tests { get; init; }
}
