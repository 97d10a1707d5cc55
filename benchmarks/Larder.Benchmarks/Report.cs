using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Larder.Benchmarks;

/// <summary>Prints a Markdown table and keeps it for the result file.</summary>
/// <param name="name">The benchmark.</param>
/// <param name="method">How it is measured, in one line.</param>
internal sealed class Report(string name, string method = "Medians of many short batches, contestants in turn. Ratios hold on other machines, absolute times do not.")
{
    private readonly StringBuilder _text = new();

    public void Text(string line)
    {
        Console.WriteLine(line);
        _text.Append(line).Append('\n');
    }

    public void Table(string[] heads, IEnumerable<string[]> rows)
    {
        string[][] all = [heads, .. rows];
        int[] widths = [.. Enumerable.Range(0, heads.Length).Select(column => all.Max(row => row[column].Length))];
        Text(Line(heads));
        Text("|" + string.Join("|", widths.Select((width, column) => column == 0 ? new string('-', width + 2) : new string('-', width + 1) + ":")) + "|");
        foreach (string[] row in all.Skip(1))
            Text(Line(row));
        Text("");

        string Line(string[] row) => "| " + string.Join(" | ", row.Select((cell, column) => column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))) + " |";
    }

    /// <summary>Writes benchmarks/results/NAME.md under the repository.</summary>
    public void Save()
    {
        string directory = Path.Combine(Root(), "benchmarks", "results");
        Directory.CreateDirectory(directory);
        string path = Path.Combine(directory, $"{name}.md");
        string head = $"# {name}\n\n`./bench {name}` on {RuntimeInformation.FrameworkDescription}, {Environment.ProcessorCount} cores, {RuntimeInformation.ProcessArchitecture}.\n{method}\n\n";
        File.WriteAllText(path, head + _text);
        Console.WriteLine($"Written to {Path.GetRelativePath(Environment.CurrentDirectory, path)}");
    }

    public static string Number(double value, int decimals = 1) => !double.IsFinite(value) ? "-" : value.ToString("N" + decimals, CultureInfo.InvariantCulture);

    private static string Root()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Larder.slnx")))
                return directory.FullName;
        }

        return Environment.CurrentDirectory;
    }
}
