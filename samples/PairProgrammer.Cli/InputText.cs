namespace Larder.Samples.PairProgrammer.Cli;

/// <summary>What a function is given.</summary>
/// <param name="Value">The text.</param>
/// <param name="FileName">The name of the file that it was read from; <see langword="null"/> when it was none.</param>
internal readonly record struct InputText(string Value, string? FileName)
{
    private const int LongestPath = 260;

    /// <summary>Reads an argument: text, the path of a file, or - for standard input.</summary>
    /// <exception cref="UsageException">There is nothing but white space.</exception>
    public static async Task<InputText> ReadAsync(string argument, CancellationToken cancellationToken)
    {
        InputText read = argument == "-" ? new(await Console.In.ReadToEndAsync(cancellationToken), null)
            : argument.Length < LongestPath && File.Exists(argument) ? new(await File.ReadAllTextAsync(argument, cancellationToken), Path.GetFileName(argument))
            : new(argument, null);
        return string.IsNullOrWhiteSpace(read.Value) ? throw new UsageException("There is nothing to read; the text is empty.") : read;
    }
}
