using System.Reflection;
using System.Text.RegularExpressions;

namespace Larder.Tests.Documentation;

/// <summary>docs/architecture.md says what the sources do: which room knows which, and which tests hold which guarantee.</summary>
public sealed partial class ArchitectureTests
{
    private const string Words = "the words";
    private const string Face = "the face";

    private static readonly string Page = File.ReadAllText(RepositoryRoot.Of("docs", "architecture.md"));

    [Fact]
    public void Every_room_knows_exactly_the_rooms_that_its_row_names()
    {
        IReadOnlyList<Row> rows = Rows();
        IReadOnlyList<SourceRoom> rooms = Rooms(rows);
        Assert.Equal(rows.Select(row => row.Room).Order(), rooms.Select(room => room.Name).Order());

        string[] wrong = [.. rows.SelectMany(row =>
        {
            IReadOnlyDictionary<string, string> known = rooms.Single(room => room.Name == row.Room).Knows(rooms);
            return known.Where(pair => pair.Key != Words && !row.Knows.Contains(pair.Key)).Select(pair => $"{row.Room} knows {pair.Key}: {pair.Value}.")
                .Concat(row.Knows.Where(name => !known.ContainsKey(name)).Select(name => $"{row.Room} does not know {name} any more."));
        })];

        Assert.True(wrong.Length == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void A_room_knows_only_rooms_above_it_so_that_there_is_no_circle()
    {
        IReadOnlyList<Row> rows = Rows();
        for (int i = 0; i < rows.Count; i++)
            Assert.All(rows[i].Knows, known => Assert.Contains(known, rows.Take(i).Select(row => row.Room)));
    }

    [Fact]
    public void A_word_that_every_room_may_use_knows_no_room()
    {
        IReadOnlyList<SourceRoom> rooms = Rooms(Rows());

        Assert.Empty(rooms.Single(room => room.Name == Words).Knows(rooms));
    }

    [Theory]
    [InlineData("using Larder.B;\nnamespace Larder.A;\nclass X { Thing? _thing; }", true)]
    [InlineData("using Larder.B;\nnamespace Larder.A;\nclass X : Thing;", true)]
    [InlineData("using Larder.B;\nnamespace Larder.A;\nclass X { object Y() => Thing.Of(1); }", true)]
    [InlineData("using Larder.B;\nnamespace Larder.A;\nclass X { Thing Thing { get; } }", true)]
    [InlineData("namespace Larder.A;\nclass X { Thing? _thing; }", false)]
    [InlineData("using Larder.B;\nnamespace Larder.A;\nclass X { int Thing => 1; int Y => Thing + 1; } // Thing", false)]
    [InlineData("using Larder.B;\nnamespace Larder.A;\nclass X { string Y => \"Thing\"; }", false)]
    [InlineData("using Larder.B;\nnamespace Larder.A;\nclass X { object Y(X x) => x.Thing; }", false)]
    public void What_the_sources_name_is_found(string source, bool found)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("larder-rooms-");
        try
        {
            folder.CreateSubdirectory("A");
            folder.CreateSubdirectory("B");
            File.WriteAllText(Path.Combine(folder.FullName, "A", "X.cs"), source);
            File.WriteAllText(Path.Combine(folder.FullName, "B", "Thing.cs"), "namespace Larder.B;\nclass Thing;");
            IReadOnlyList<SourceRoom> rooms = SourceRoom.Read(folder.FullName, (folder, _) => folder);

            Assert.Equal(found, rooms.Single(room => room.Name == "A").Knows(rooms).ContainsKey("B"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Every_guarantee_names_tests_that_exist()
    {
        Dictionary<string, Type> classes = typeof(ArchitectureTests).Assembly.GetTypes().Where(type => type.IsPublic).ToDictionary(type => type.Name, StringComparer.Ordinal);
        string[] rows = [.. Page.Split('\n').Where(line => line.StartsWith("| **G", StringComparison.Ordinal))];

        Assert.Equal(Enumerable.Range(1, 11).Select(number => $"G{number}"), rows.Select(row => GuaranteeName().Match(row).Value));
        foreach (string row in rows)
        {
            Match[] tests = [.. TestName().Matches(row).OfType<Match>()];
            Assert.NotEmpty(tests);
            Assert.All(tests, test =>
            {
                MethodInfo? method = classes.GetValueOrDefault(test.Groups["class"].Value)?.GetMethod(test.Groups["method"].Value);
                Assert.True(method?.GetCustomAttributes<FactAttribute>().Any() == true, $"There is no test {test.Value}.");
            });
        }
    }

    [Fact]
    public void Every_page_that_the_architecture_links_to_exists()
    {
        Match[] links = [.. Link().Matches(Page).OfType<Match>()];
        Assert.NotEmpty(links);
        Assert.All(links, link => Assert.True(File.Exists(RepositoryRoot.Of("docs", link.Groups["path"].Value)), $"docs/{link.Groups["path"].Value} does not exist."));
    }

    private static IReadOnlyList<Row> Rows()
    {
        string[] lines = [.. Page.Split("\n## Rooms\n")[1].Split("\n## ")[0].Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal))];
        return [.. lines.Select(line =>
        {
            string[] cells = line.Split('|');
            string[] names = [.. Quoted().Matches(cells[1]).Select(match => match.Groups["text"].Value)];
            string room = names.Length == 1 ? names[0] : names.Contains("ICache") ? Face : Words;
            IEnumerable<string> knows = Quoted().Matches(cells[2]).Select(match => match.Groups["text"].Value);
            return new Row(room, names, [.. cells[2].Contains(Face, StringComparison.Ordinal) ? knows.Append(Face) : knows]);
        })];
    }

    private static IReadOnlyList<SourceRoom> Rooms(IReadOnlyList<Row> rows) =>
        SourceRoom.Read(RepositoryRoot.Of("src", "Larder"), (folder, name) => folder.Length > 0 ? folder : rows.FirstOrDefault(row => row.Names.Contains(name))?.Room ?? $"src/Larder/{name}.cs");

    [GeneratedRegex("`(?<text>[^`]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"G\d+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex GuaranteeName();

    [GeneratedRegex(@"`(?<class>\w+)\.(?<method>\w+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex TestName();

    [GeneratedRegex(@"\]\((?<path>[^)#:]+)\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex Link();

    /// <param name="Room">A folder; <see cref="Words"/> or <see cref="Face"/> for files beside the folders.</param>
    /// <param name="Names">The first cell: the folder, or the files' names up to the first dot.</param>
    /// <param name="Knows">The rooms of the second cell.</param>
    private sealed record Row(string Room, string[] Names, string[] Knows);
}
