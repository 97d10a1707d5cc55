using System.Text;

namespace Larder.Samples.PairProgrammer.Answers;

/// <summary>Writes Markdown.</summary>
internal sealed class MarkdownText
{
    private readonly StringBuilder _text = new();

    public MarkdownText Heading(string title) => Raw($"### {title}\n");

    public MarkdownText Field(string name, string value) => Raw($"**{name}:** {value.Trim()}\n");

    public MarkdownText List(string name, IReadOnlyList<string> items) => Raw($"**{name}:**\n\n{string.Concat(items.Select(item => $"- {item.Trim()}\n"))}");

    public MarkdownText Numbered(string name, IReadOnlyList<string> items) => Raw($"**{name}:**\n\n{string.Concat(items.Select((item, i) => $"{i + 1}. {item.Trim()}\n"))}");

    /// <summary>Code in a fence that is longer than any in it.</summary>
    public MarkdownText Code(string fileName, string source)
    {
        string fence = "```";
        while (source.Contains(fence, StringComparison.Ordinal))
            fence += "`";
        string language = Path.GetExtension(fileName) switch { ".py" => "python", ".cs" => "csharp", _ => "" };
        return Raw($"{(fileName.Length > 0 ? $"`{fileName}`\n\n" : "")}{fence}{language}\n{source.TrimEnd()}\n{fence}\n");
    }

    public MarkdownText Raw(string markdown)
    {
        if (_text.Length > 0)
            _text.Append('\n');
        _text.Append(markdown);
        return this;
    }

    public override string ToString() => _text.ToString();
}
