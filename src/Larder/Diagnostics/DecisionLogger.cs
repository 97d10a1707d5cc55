using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Larder.Diagnostics;

/// <summary>
/// Where decisions go: the cache's own logger when <see cref="CacheOptions.Verbose"/> is on, standard error when the
/// environment says <c>LARDER_DEBUG=1</c>, or both.
/// </summary>
internal sealed class DecisionLogger : ILogger
{
    private const string Variable = "LARDER_DEBUG";

    private readonly ILogger? _logger;
    private readonly TextWriter? _output;

    private DecisionLogger(ILogger? logger, TextWriter? output)
    {
        _logger = logger;
        _output = output;
    }

    /// <summary>Standard error if the environment asks for it, otherwise <see langword="null"/>.</summary>
    public static TextWriter? EnvironmentOutput() =>
        Environment.GetEnvironmentVariable(Variable) is { } value && (value == "1" || value.Equals("true", StringComparison.OrdinalIgnoreCase))
            ? Console.Error
            : null;

    /// <summary>The logger for decisions; <see langword="null"/> when nobody asked for them.</summary>
    public static DecisionLogger? Create(ILogger logger, bool verbose, TextWriter? output) =>
        verbose || output is not null ? new DecisionLogger(verbose ? logger : null, output) : null;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => _logger?.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => _output is not null || _logger!.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        // The generated messages ask this logger, not the one behind it, whether the level is on.
        if (_logger?.IsEnabled(logLevel) == true)
            _logger.Log(logLevel, eventId, state, exception, formatter);
        _output?.WriteLine("larder " + OneLine(formatter(state, exception)));
    }

    /// <summary>Keys are chosen by whoever calls the cache: none may forge a line or move the terminal's cursor.</summary>
    private static string OneLine(string message)
    {
        if (!message.Any(IsHostile))
            return message;
        var text = new StringBuilder(message.Length + 16);
        foreach (char c in message)
        {
            if (IsHostile(c))
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                text.Append(c);
        }

        return text.ToString();
    }

    private static bool IsHostile(char c) => char.IsControl(c) || c is '\u2028' or '\u2029';
}
