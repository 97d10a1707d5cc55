using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Larder.Memoize.Generation.Model;
using Microsoft.CodeAnalysis.Text;

namespace Larder.Memoize.Generation.Emission;

/// <summary>Writes indented lines into a buffer, of which each thread has one: a file is some ten thousand characters a method.</summary>
internal sealed class SourceWriter
{
    private const int MostKept = 1024 * 1024;

    // A string of this length and more is an object for the large heap, which is collected as a whole.
    private const int LongString = 40_000;

    [ThreadStatic]
    private static char[]? _spare;

    private char[] _text = _spare ?? new char[64 * 1024];
    private int _length;
    private int _indent;
    private bool _isLineBegun;

    // Who writes meanwhile makes another.
    private SourceWriter() => _spare = null;

    /// <summary>Makes the text that is written.</summary>
    public static SourceText Write(Action<SourceWriter> content)
    {
        var writer = new SourceWriter();
        content(writer);
        SourceText text = writer.ToSourceText();
        if (writer._text.Length <= MostKept)
            _spare = writer._text;
        return text;
    }

    /// <summary>Ends a line; between lines, writes an empty one, except at the beginning of a block.</summary>
    public void Line()
    {
        if (_isLineBegun || !EndsWith("{\n"))
            EndLine();
    }

    /// <summary>Writes lines; an empty text is an empty line.</summary>
    public void Line(string text)
    {
        Append(text);
        EndLine();
    }

    /// <summary>Writes lines without making a string of them first.</summary>
    public void Line([InterpolatedStringHandlerArgument("")] Lines text)
    {
        _ = text;
        EndLine();
    }

    /// <summary>Writes a part of a line, which others continue.</summary>
    public void Begin([InterpolatedStringHandlerArgument("")] Lines text)
    {
        _ = text;
        _isLineBegun = true;
    }

    public void Open()
    {
        Line("{");
        _indent++;
    }

    public void Open(string header)
    {
        Line(header);
        Open();
    }

    /// <inheritdoc cref="Line(Lines)"/>
    public void Open([InterpolatedStringHandlerArgument("")] Lines header)
    {
        Line(header);
        Open();
    }

    public void Close(string end = "}")
    {
        // No empty line before the end of a block.
        if (EndsWith("\n\n"))
            _length--;
        _indent--;
        Line(end);
    }

    public void Indent() => _indent++;

    public void Outdent() => _indent--;

    public void Indented(EquatableArray<string> lines)
    {
        _indent++;
        foreach (string line in lines)
            Line(line);
        _indent--;
    }

    private SourceText ToSourceText() =>
        _length < LongString
            ? SourceText.From(new string(_text, 0, _length), Encoding.UTF8)
            : SourceText.From(new Reader(_text, _length), _length, Encoding.UTF8);

    // Text may have several lines; those that are empty get no spaces.
    private void Append(string text)
    {
        for (int start = 0; start < text.Length;)
        {
            int end = text.IndexOf('\n', start);
            int length = (end < 0 ? text.Length : end) - start;
            if (length > 0)
                AppendInLine(text, start, length);
            if (end < 0)
                return;
            EndLine();
            start = end + 1;
        }
    }

    private void AppendInLine(string text, int start, int length)
    {
        int indent = _isLineBegun ? 0 : _indent * 4;
        Reserve(indent + length);
        for (int i = 0; i < indent; i++)
            _text[_length++] = ' ';
        text.CopyTo(start, _text, _length, length);
        _length += length;
        _isLineBegun = true;
    }

    private bool EndsWith(string end) => _length > 1 && _text[_length - 2] == end[0] && _text[_length - 1] == end[1];

    private void EndLine()
    {
        Reserve(1);
        _text[_length++] = '\n';
        _isLineBegun = false;
    }

    private void Reserve(int length)
    {
        if (_length + length > _text.Length)
            Array.Resize(ref _text, Math.Max(_length + length, _text.Length * 2));
    }

    /// <summary>An interpolated string whose parts go straight to the writer.</summary>
    [InterpolatedStringHandler]
    public readonly struct Lines
    {
        private readonly SourceWriter _writer;

        /// <summary>Called by the compiler.</summary>
        public Lines(int literalLength, int formattedCount, SourceWriter writer) => _writer = writer;

        public void AppendLiteral(string text) => _writer.Append(text);

        public void AppendFormatted(string? text) => _writer.Append(text ?? "");

        public void AppendFormatted(int number) => _writer.Append(number.ToString(CultureInfo.InvariantCulture));
    }

    private sealed class Reader(char[] text, int length) : TextReader
    {
        private int _position;

        public override int Peek() => _position < length ? text[_position] : -1;

        public override int Read() => _position < length ? text[_position++] : -1;

        public override int Read(char[] buffer, int index, int count)
        {
            int read = Math.Min(count, length - _position);
            Array.Copy(text, _position, buffer, index, read);
            _position += read;
            return read;
        }
    }
}
