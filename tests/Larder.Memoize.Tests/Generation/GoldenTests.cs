namespace Larder.Memoize.Tests.Generation;

/// <summary>
/// What is generated, as reviewed. When it changes on purpose, run these tests with LARDER_ACCEPT_GOLDEN=1 and commit
/// the files with the change.
/// </summary>
public sealed class GoldenTests
{
    [Theory]
    [InlineData("WeatherService")]
    [InlineData("Lookups")]
    [InlineData("Decorator")]
    public void Generated_code_is_what_was_reviewed(string name)
    {
        string folder = Path.Combine(Repository.Root, "tests", "Larder.Memoize.Tests", "Golden");
        GeneratorRun run = GeneratorRun.Of(File.ReadAllText(Path.Combine(folder, $"{name}.source.txt")));
        run.Load();
        string output = string.Join('\n', run.Files.OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => $"// {file.Key}\n{file.Value}"));
        string golden = Path.Combine(folder, $"{name}.output.txt");
        if (Environment.GetEnvironmentVariable("LARDER_ACCEPT_GOLDEN") == "1")
            File.WriteAllText(golden, output);

        Assert.Equal(File.ReadAllText(golden), output);
    }
}
