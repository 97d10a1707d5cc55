using Microsoft.Extensions.Logging;

namespace Larder.Tests.Diagnostics;

/// <summary>Gives everybody the same <see cref="RecordingLogger"/>.</summary>
internal sealed class RecordingLoggerFactory : ILoggerFactory
{
    public RecordingLogger Log { get; } = new();

    public ILogger CreateLogger(string categoryName) => Log;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
    }
}
