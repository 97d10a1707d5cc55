namespace Larder;

/// <summary>Where an answer came from.</summary>
public enum ChatAnswerOrigin
{
    /// <summary>The provider answered this call.</summary>
    Provider,

    /// <summary>The answer was in the cache, or another call brought it while this one waited.</summary>
    Cache,

    /// <summary>The provider failed, and an answer that was no longer fresh stood in.</summary>
    Stale,
}
