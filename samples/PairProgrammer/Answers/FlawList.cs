using System.Collections;
using System.Text.RegularExpressions;

namespace Larder.Samples.PairProgrammer.Answers;

/// <summary>Collects what an answer lacks, each by the property's path.</summary>
internal sealed partial class FlawList(string answer) : IEnumerable<string>
{
    private readonly List<string> _flaws = [];

    public FlawList Text(string property, string value)
    {
        if (string.IsNullOrWhiteSpace(value))
            _flaws.Add($"{answer}.{property} is empty; it must say something.");
        return this;
    }

    public FlawList Texts(string property, IReadOnlyList<string> values)
    {
        if (values.Count == 0 || values.Any(string.IsNullOrWhiteSpace))
            _flaws.Add($"{answer}.{property} is empty or holds an empty text; it must hold one text or more.");
        return this;
    }

    /// <summary>A file is written under this name, so it must not name a place.</summary>
    public FlawList FileName(string property, string value)
    {
        if (!PlainName().IsMatch(value))
            _flaws.Add($"{answer}.{property} is \"{value}\"; it must be a file name of letters, digits, '_', '-' and '.', that begins with a letter or '_', without a folder.");
        return this;
    }

    public FlawList All<T>(string property, IReadOnlyList<T> items)
        where T : IAnswer
    {
        if (items.Count == 0)
            _flaws.Add($"{answer}.{property} is empty; it must hold one or more.");
        for (int i = 0; i < items.Count; i++)
            _flaws.AddRange(items[i].Flaws().Select(flaw => $"{answer}.{property}[{i}]: {flaw}"));
        return this;
    }

    public IEnumerator<string> GetEnumerator() => _flaws.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_.-]{0,99}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex PlainName();
}
