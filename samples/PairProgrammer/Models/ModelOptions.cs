namespace Larder.Samples.PairProgrammer.Models;

/// <summary>Which model answers.</summary>
public sealed record ModelOptions
{
    /// <summary>The base address of an OpenAI-compatible service, up to and with its version.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>The model's id.</summary>
    public required string Model { get; init; }

    /// <summary>The key that the service asks for. Services that ask for none ignore it.</summary>
    public required string Key { get; init; }

    /// <summary>How often a request that failed on its way, or was turned away (408, 429, 5xx), is tried again.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>The longest that a service's <c>Retry-After</c> is obeyed; one that asks for more is an error at once.</summary>
    public TimeSpan MaxRetryAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long one request may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);
}
