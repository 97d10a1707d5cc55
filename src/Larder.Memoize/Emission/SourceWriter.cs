using System.Text;

namespace Larder.Memoize.Generation.Emission;

/// <summary>Writes indented lines.</summary>
internal sealed class SourceWriter
{
    private readonly StringBuilder _text = new();
    private int _indent;

    /// <summary>Writes lines; an empty text is an empty line.</summary>
    public void Line(string text = "")
    {
        foreach (string line in text.Split('\n'))
        {
            if (line.Length > 0)
                _text.Append(' ', _indent * 4).Append(line);
            _text.Append('\n');
        }
    }

    public void Open(string? header = null)
    {
        if (header is not null)
            Line(header);
        Line("{");
        _indent++;
    }

    public void Close(string end = "}")
    {
        // No empty line before the end of a block.
        if (_text.Length > 1 && _text[_text.Length - 1] == '\n' && _text[_text.Length - 2] == '\n')
            _text.Length--;
        _indent--;
        Line(end);
    }

    public void Indented(IEnumerable<string> lines)
    {
        _indent++;
        foreach (string line in lines)
            Line(line);
        _indent--;
    }

    public override string ToString() => _text.ToString();
}
