using Larder.Hosting;
using Microsoft.Extensions.Configuration;

namespace Larder.Stores;

/// <summary>
/// The options of a store as configuration gives them. Each member asks for one option by its name (letter case does not
/// matter) and hands on its value when it is set; a value that cannot be read becomes an error with its path, and is not handed on.
/// </summary>
public sealed class BackendOptions
{
    private readonly IConfigurationSection _section;
    private readonly OptionErrors _errors;
    private readonly Dictionary<string, IConfigurationSection> _set = new(StringComparer.OrdinalIgnoreCase);
    private readonly SortedSet<string> _known = new(StringComparer.Ordinal);

    internal BackendOptions(IConfigurationSection section, OptionErrors errors)
    {
        _section = section;
        _errors = errors;
        foreach (IConfigurationSection child in section.GetChildren())
            _set[child.Key] = child;
    }

    /// <summary>The names that were asked for.</summary>
    internal IEnumerable<string> Known => _known;

    /// <summary>Reads a text; blanks around it are dropped.</summary>
    /// <param name="name">The option's name.</param>
    /// <param name="set">Called with the value, if there is one.</param>
    public void Text(string name, Action<string> set)
    {
        if (Find(name, set) is { } setting)
            setting.Text(set);
    }

    /// <summary>Reads a list of texts: an array, or one text for a list of one.</summary>
    /// <inheritdoc cref="Text"/>
    public void Texts(string name, Action<IReadOnlyList<string>> set)
    {
        if (Find(name, set) is { } setting)
            setting.Texts(set);
    }

    /// <summary>Reads a number in the invariant culture's notation.</summary>
    /// <inheritdoc cref="Text"/>
    public void Number<T>(string name, Action<T> set)
        where T : struct, ISpanParsable<T>
    {
        if (Find(name, set) is { } setting)
            setting.Number(set);
    }

    /// <summary>Reads a number that may be <see langword="null"/> or empty for none, such as a bound.</summary>
    /// <inheritdoc cref="Text"/>
    public void NumberOrNone<T>(string name, Action<T?> set)
        where T : struct, ISpanParsable<T>
    {
        if (Find(name, set) is { } setting)
            setting.NumberOrNull(set);
    }

    /// <summary>Reads <c>true</c> or <c>false</c>.</summary>
    /// <inheritdoc cref="Text"/>
    public void Flag(string name, Action<bool> set)
    {
        if (Find(name, set) is { } setting)
            setting.Flag(set);
    }

    /// <summary>Reads one of an enumeration's names; letter case does not matter.</summary>
    /// <inheritdoc cref="Text"/>
    public void Choice<T>(string name, Action<T> set)
        where T : struct, Enum
    {
        if (Find(name, set) is { } setting)
            setting.Choice(set);
    }

    /// <summary>Reads a span of time: <c>00:05:00</c>, <c>1.00:00:00</c>, <c>250ms</c>, <c>30s</c>, <c>5m</c>, <c>1.5h</c>, <c>30d</c> or <c>infinite</c>, which is <see cref="Timeout.InfiniteTimeSpan"/>.</summary>
    /// <inheritdoc cref="Text"/>
    public void Span(string name, Action<TimeSpan> set)
    {
        if (Find(name, set) is { } setting)
            setting.Span(set);
    }

    /// <summary>Reports an error about one option.</summary>
    /// <param name="name">The option's name.</param>
    /// <param name="error">What is wrong, and what would be right, such as <c>it must name a host</c>. Never with a password in it.</param>
    public void Refuse(string name, string error)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(error);
        _known.Add(name);
        _errors.Add($"{ConfigurationPath.Combine(_section.Path, name)} is wrong: {error.TrimEnd('.')}.");
    }

    /// <summary>Reports what is set and was not asked for.</summary>
    internal void RefuseUnknown(string backend)
    {
        foreach ((string name, IConfigurationSection option) in _set)
        {
            if (!_known.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                string known = _known.Count == 0 ? "it has none" : $"known here are {string.Join(", ", _known)}";
                _errors.Add($"{option.Path} is set, and the backend \"{backend}\" has no option \"{name}\"; {known}.");
            }
        }
    }

    private Setting? Find(string name, Delegate set)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(set);
        _known.Add(name);
        return _set.TryGetValue(name, out IConfigurationSection? option) ? new Setting(option, _errors) : null;
    }
}
