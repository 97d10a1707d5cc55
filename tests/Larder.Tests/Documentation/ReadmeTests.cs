using System.Text.RegularExpressions;

namespace Larder.Tests.Documentation;

public sealed partial class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(RepositoryRoot.Of("README.md"));

    private static readonly string[] Sources = [RepositoryRoot.Of("tests", "Larder.Tests", "Documentation", "ReadmeSnippets.cs"), RepositoryRoot.Of("samples", "Memoize", "WeatherService.cs")];

    [Fact]
    public void Every_line_of_code_in_the_readme_compiles()
    {
        HashSet<string> compiled = [.. Sources.SelectMany(File.ReadLines).Select(line => line.Trim())];

        string[] lines = [.. CSharpBlock().Matches(Readme).SelectMany(block => block.Groups["code"].Value.Split('\n')).Select(line => line.Trim()).Where(line => line.Length > 0)];

        Assert.True(lines.Length > 30, "The README has lost its code.");
        Assert.All(lines, line => Assert.Contains(line, compiled));
    }

    [Fact]
    public void Every_page_that_the_readme_links_to_exists()
    {
        string[] links = [.. Link().Matches(Readme).Select(link => link.Groups["path"].Value)];

        Assert.NotEmpty(links);
        Assert.All(links, link => Assert.True(File.Exists(RepositoryRoot.Of(link)), $"{link} does not exist."));
    }

    [GeneratedRegex("```csharp\n(?<code>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex CSharpBlock();

    [GeneratedRegex(@"\]\((?<path>[^)#:]+)\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex Link();
}
