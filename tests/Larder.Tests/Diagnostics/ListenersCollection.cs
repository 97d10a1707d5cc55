namespace Larder.Tests.Diagnostics;

/// <summary>Tests that listen to the process's meter or activity source, or measure that nobody does: one after the other.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ListenersCollection
{
    public const string Name = "Listeners";
}
