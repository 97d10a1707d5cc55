namespace Larder.Resilience;

/// <summary>What came of asking a store: an answer, or why there is none.</summary>
/// <param name="Value">The answer, if there is no error.</param>
/// <param name="Error">Why there is no answer.</param>
/// <param name="Settled">Completes when the call itself has ended, which can be later than the wait for it did.</param>
internal readonly record struct StoreReply<T>(T Value, Exception? Error, Task Settled)
{
    public bool Succeeded => Error is null;
}
