using Microsoft.Extensions.Primitives;

namespace Larder.Tests.MemoryCaches;

/// <summary>A change token that calls nobody: it has to be asked.</summary>
internal sealed class Polled : IChangeToken
{
    public bool HasChanged { get; set; }

    public bool ActiveChangeCallbacks => false;

    public IDisposable RegisterChangeCallback(Action<object?> callback, object? state) => throw new NotSupportedException("Nobody is to register here.");
}
