namespace Larder.Conformance;

/// <summary>The system's time, with a wall clock that is wrong.</summary>
public sealed class SkewedTimeProvider(TimeSpan skew) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + skew;
}
