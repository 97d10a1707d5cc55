namespace Larder.Samples.PairProgrammer.Sessions;

/// <summary>What is asked for on the way.</summary>
public sealed record SessionOptions
{
    /// <summary>How many solutions and implementation options are asked for. 1 to 9.</summary>
    public int Count { get; init; } = 1;

    /// <summary>Which solution is designed, from 1.</summary>
    public int Solution { get; init; } = 1;

    /// <summary>Which implementation option becomes a ticket, from 1.</summary>
    public int Option { get; init; } = 1;

    /// <summary>The step to ask anew; those after it are asked again where their question changes with it.</summary>
    public string? Again { get; init; }

    /// <exception cref="SessionException">An option is out of its range.</exception>
    public void Validate()
    {
        if (Count is < 1 or > 9)
            throw new SessionException($"The count is {Count}; it must be 1 to 9.");
        if (Solution < 1 || Solution > Count)
            throw new SessionException($"The solution is {Solution}; it must be 1 to {Count}, of which {Count} are asked for.");
        if (Option < 1 || Option > Count)
            throw new SessionException($"The option is {Option}; it must be 1 to {Count}, of which {Count} are asked for.");
        if (Again is not null && !Session.Steps.Contains(Again))
            throw new SessionException($"The step to redo is '{Again}'; it must be one of {string.Join(", ", Session.Steps)}.");
    }
}
