using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Larder.Shared;

/// <summary>A command under way, until it is disposed: its span, if somebody listens, and its duration.</summary>
internal sealed class ClientCall(Activity? span, TagList tags, Histogram<double> durations, TimeProvider time) : IDisposable
{
    private readonly long _began = time.GetTimestamp();
    private TagList _tags = tags;
    private string? _failure;

    /// <summary>The server answered with a code that is worth telling, which may be no failure.</summary>
    public void Answered(string status) => span?.SetTag(ClientAttributes.Status, status);

    /// <summary>The command failed.</summary>
    /// <param name="type">The server's code, or the exception's type; the rest of an error may hold anything.</param>
    public void Failed(string? type) => _failure = type;

    public void Dispose()
    {
        if (_failure is not null)
        {
            _tags.Add(ClientAttributes.ErrorType, _failure);
            span?.SetTag(ClientAttributes.ErrorType, _failure);
            span?.SetStatus(ActivityStatusCode.Error);
        }

        span?.Dispose();
        durations.Record(time.GetElapsedTime(_began).TotalSeconds, _tags);
    }
}
