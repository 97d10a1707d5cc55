using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Larder.Tests.Documentation;

/// <summary>The tables of options say the defaults that the code has.</summary>
public sealed partial class OptionTablesTests
{
    private static readonly string Readme = Read("README.md");
    private static readonly string Configuration = Read("docs", "configuration.md");
    private static readonly string Persistence = Read("docs", "persistence.md");

    public static TheoryData<string, string, object> Tables => new()
    {
        { "README.md", Section(Readme, "## Options\n"), new CacheOptions() },
        { "docs/configuration.md", Section(Configuration, "## Options of a cache\n"), new CacheOptions() },
        { "docs/configuration.md", Section(Configuration, "### `Retry`\n"), new RetryOptions() },
        { "docs/configuration.md", Section(Configuration, "### `Store`\n"), new StoreOptions() },
        { "docs/configuration.md", Section(Configuration, "### `Compression`\n"), new CompressionOptions() },
        { "docs/configuration.md", Section(Configuration, "### `Encryption`\n"), new EncryptionOptions() },
        { "docs/configuration.md", Section(Configuration, "### `PersistTo`\n"), new SnapshotOptions() },
        { "docs/persistence.md", Section(Persistence, "## The problem\n"), new SnapshotOptions() },
    };

    [Theory]
    [MemberData(nameof(Tables))]
    public void Every_default_is_the_codes(string page, string table, object options)
    {
        int compared = 0;
        foreach (Match row in Row().Matches(table))
        {
            string name = row.Groups["name"].Value;
            PropertyInfo? property = options.GetType().GetProperty(name);
            Assert.True(property is not null, $"{page} names {options.GetType().Name}.{name}, which does not exist.");
            // What is an object is told in words.
            if (Told(property, property.GetValue(options)) is not { } expected)
                continue;

            string said = row.Groups["default"].Value.Trim('`');
            Assert.True(said == expected || said.StartsWith(expected + " ", StringComparison.Ordinal), $"{page} says that {options.GetType().Name}.{name} is '{said}' by default; it is '{expected}'.");
            compared++;
        }

        Assert.True(compared > 0, $"{page} has no table of {options.GetType().Name} where it is looked for.");
    }

    [Fact]
    public void Every_option_of_the_readme_stands_on_the_page_of_all()
    {
        string[] all = [.. Row().Matches(Section(Configuration, "## Options of a cache\n")).Select(row => row.Groups["name"].Value)];

        Assert.All(Row().Matches(Section(Readme, "## Options\n")).Select(row => row.Groups["name"].Value), name => Assert.Contains(name, all));
    }

    [Fact]
    public void What_the_readme_says_of_defaults_in_words_is_so()
    {
        var options = new CacheOptions();

        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"at most {options.MaxEntries:N0} entries, a TTL of {options.DefaultTtl.TotalMinutes} minutes"), Readme);
        Assert.Equal(5, options.Store.CircuitFailures);
        Assert.Contains("after five failures in a row the store is not asked", Readme);
    }

    private static string? Told(PropertyInfo property, object? value)
    {
        Type type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        if (type == typeof(string) || !(type.IsValueType || value is null))
            return null;
        return value switch
        {
            null => type.IsValueType ? "none" : null,
            TimeSpan span when span == Timeout.InfiniteTimeSpan => "infinite",
            TimeSpan span when span == TimeSpan.Zero => "0",
            TimeSpan { TotalSeconds: < 1 } span => $"{span.TotalMilliseconds} ms",
            TimeSpan { TotalMinutes: < 1 } span => $"{span.TotalSeconds} s",
            TimeSpan span => $"{span.TotalMinutes} min",
            bool flag => flag ? "true" : "false",
            int bytes when property.Name.EndsWith("Bytes", StringComparison.Ordinal) && bytes % (1 << 20) == 0 => $"{bytes >> 20} MiB",
            IFormattable number and not Enum => number.ToString("#,0.##", CultureInfo.InvariantCulture),
            _ => value.ToString(),
        };
    }

    private static string Section(string page, string heading)
    {
        string section = page.Split(heading)[1];
        int end = section.IndexOf("\n#", StringComparison.Ordinal);
        return end < 0 ? section : section[..end];
    }

    private static string Read(params string[] path) => File.ReadAllText(RepositoryRoot.Of(path));

    [GeneratedRegex(@"^\| `(?<name>\w+)` \|[^|]*\| *(?<default>[^|]*?) *\|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex Row();
}
