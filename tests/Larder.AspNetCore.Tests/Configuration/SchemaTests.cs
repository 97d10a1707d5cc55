using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Larder.Tests;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Larder.AspNetCore.Tests.Configuration;

/// <summary>docs/larder.schema.json and docs/appsettings.json say what the code takes.</summary>
public sealed class SchemaTests
{
    private static readonly JsonDocumentOptions Commented = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
    private static readonly JsonNode Schema = JsonNode.Parse(File.ReadAllText(RepositoryRoot.Of("docs", "larder.schema.json")))!;
    private static readonly SchemaCheck Check = new(Schema);
    private static readonly string SampleText = File.ReadAllText(RepositoryRoot.Of("docs", "appsettings.json"));
    private static readonly JsonObject Sample = JsonNode.Parse(SampleText, documentOptions: Commented)!.AsObject();

    /// <summary>Every group of options: where it is in the schema, and where in a cache's section.</summary>
    public static TheoryData<string, string> Groups => new()
    {
        { "#/$defs/cache", "" },
        { "#/$defs/cache/properties/Retry", "Retry" },
        { "#/$defs/cache/properties/Store", "Store" },
        { "#/$defs/cache/properties/Compression", "Compression" },
        { "#/$defs/cache/properties/Encryption", "Encryption" },
        { "#/$defs/file", "PersistTo" },
        { "#/$defs/file", "BackendOptions:file" },
        { "#/$defs/mongo", "BackendOptions:mongo" },
        { "#/$defs/postgres", "BackendOptions:postgres" },
        { "#/$defs/redis", "BackendOptions:redis" },
        { "#/$defs/sqlite", "BackendOptions:sqlite" },
    };

    public static TheoryData<string> Sections => [.. Sample.Where(pair => pair.Value is JsonObject).Select(pair => pair.Key)];

    [Theory]
    [MemberData(nameof(Groups))]
    public void The_schema_has_the_options_of_the_code_and_no_other(string schema, string group)
    {
        string[] told = [.. Check.Find(schema)["properties"]!.AsObject().Select(pair => pair.Key).Order(StringComparer.Ordinal)];

        string error = Assert.Single(Refusals(Setting(group, "Nonsense", "1")), error => error.Contains("Nonsense is set"));

        Assert.Equal(error.Split("known here are ")[1].TrimEnd('.').Split(", "), told);
    }

    [Theory]
    [MemberData(nameof(Groups))]
    public void The_schemas_bounds_are_those_of_the_code(string schema, string group)
    {
        foreach ((string option, JsonNode? rule) in Check.Find(schema)["properties"]!.AsObject())
        {
            if (rule!["minimum"] is { } minimum)
            {
                AssertTaken(group, option, Text(minimum));
                AssertRefused(group, option, Text(minimum, -1));
            }

            if (rule["maximum"] is { } maximum)
            {
                AssertTaken(group, option, Text(maximum));
                AssertRefused(group, option, Text(maximum, 1));
            }

            if (rule["exclusiveMaximum"] is { } limit)
                AssertRefused(group, option, Text(limit));
            if (rule["minLength"] is not null)
                AssertRefused(group, option, "");
        }
    }

    [Theory]
    [MemberData(nameof(Groups))]
    public void The_schemas_choices_are_those_of_the_code(string schema, string group)
    {
        foreach ((string option, JsonNode? rule) in Check.Find(schema)["properties"]!.AsObject())
        {
            if (rule!["enum"] is not JsonArray choices)
                continue;
            string error = Assert.Single(Refusals(Setting(group, option, "Nonsense")), error => error.Contains("it must be one of"));

            Assert.Equal(error.Split("it must be one of ")[1].TrimEnd('.').Split(", "), choices.Select(choice => choice!.GetValue<string>()));
        }
    }

    [Theory]
    [MemberData(nameof(Groups))]
    public void The_schemas_defaults_are_those_of_the_code(string schema, string group)
    {
        // What a store makes of its options is not seen from here; that it takes them is.
        foreach ((string option, JsonNode? rule) in Check.Find(schema)["properties"]!.AsObject())
        {
            if (!rule!.AsObject().ContainsKey("default"))
                continue;
            JsonNode? value = rule["default"];
            Dictionary<string, string?> setting = Setting(group, option, value is null ? null : Text(value));

            Assert.Empty(Refusals(setting));
            if (!group.StartsWith("BackendOptions", StringComparison.Ordinal))
                Assert.Equal(Shown(Bind(Setting(group))), Shown(Bind(setting)));
        }
    }

    [Theory]
    [InlineData("00:05:00")]
    [InlineData("1.00:00:00")]
    [InlineData("00:00:00.250")]
    [InlineData("250ms")]
    [InlineData("1.5h")]
    [InlineData("30d")]
    [InlineData("infinite")]
    public void A_span_that_the_schema_takes_the_code_takes(string span)
    {
        Assert.Empty(Check.Errors(JsonNode.Parse($$"""{ "Larder": { "DefaultTtl": "{{span}}" } }""")));
        Assert.Empty(Refusals(Setting("", "DefaultTtl", span)));
    }

    [Theory]
    [InlineData("\"30\"")]
    [InlineData("30")]
    [InlineData("\"5 minutes\"")]
    [InlineData("\"5w\"")]
    [InlineData("null")]
    public void A_span_that_the_schema_refuses_the_code_refuses(string span)
    {
        Assert.NotEmpty(Check.Errors(JsonNode.Parse($$"""{ "Larder": { "DefaultTtl": {{span}} } }""")));
        Assert.NotEmpty(Refusals(Setting("", "DefaultTtl", span == "null" ? null : span.Trim('"'))));
    }

    [Theory]
    [InlineData("""{ "Larder": { "MaxEntires": 5 } }""", "$.Larder.MaxEntires does not exist")]
    [InlineData("""{ "Larder": { "MaxEntries": 0 } }""", "$.Larder.MaxEntries is too small")]
    [InlineData("""{ "Larder": { "MaxEntries": 1.5 } }""", "$.Larder.MaxEntries is number and not integer or null")]
    [InlineData("""{ "Larder": { "Backend": "redis", "BackendOptions": { "Adress": "a" } } }""", "$.Larder.BackendOptions.Adress does not exist")]
    [InlineData("""{ "Larder": { "Backend": "memory", "BackendOptions": { "Path": "a" } } }""", "$.Larder.BackendOptions.Path does not exist")]
    [InlineData("""{ "Larder": { "Backend": "file", "BackendOptions": {} } }""", "$.Larder.BackendOptions.Path is missing")]
    public void What_is_wrong_is_seen_by_an_editor(string json, string error) => Assert.Equal([error], Check.Errors(JsonNode.Parse(json)));

    [Theory]
    [MemberData(nameof(Sections))]
    public void The_sample_is_right_by_the_schema_and_by_the_code(string section)
    {
        Assert.Empty(Check.Errors(Schema["$defs"]!["cache"]!, Sample[section], section));

        IConfiguration configuration = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(SampleText))).Build();
        Assert.Empty(Refusals(configuration.GetSection(section)));
    }

    [Fact]
    public void The_first_section_of_the_sample_changes_nothing()
    {
        IConfiguration configuration = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(SampleText))).Build();

        Assert.Equal(Shown(Bind(Setting(""))).Replace("KeyPrefix = ,", "KeyPrefix = default,", StringComparison.Ordinal), Shown(Bind(configuration.GetSection("Larder"))));
    }

    [Theory]
    [MemberData(nameof(Groups))]
    public void The_sample_shows_every_option(string schema, string group)
    {
        _ = group;
        Assert.All(Check.Find(schema)["properties"]!.AsObject(), option => Assert.Contains($"\"{option.Key}\":", SampleText));
    }

    private static void AssertTaken(string group, string option, string value) => Assert.Empty(Refusals(Setting(group, option, value)));

    private static void AssertRefused(string group, string option, string value) =>
        Assert.True(Refusals(Setting(group, option, value)).Count > 0, $"{group}:{option} = '{value}' is taken, and the schema refuses it.");

    // One option in a section that is right otherwise.
    private static Dictionary<string, string?> Setting(string group, string? option = null, string? value = null)
    {
        Dictionary<string, string?> section = new(StringComparer.Ordinal);
        string prefix = group.Length == 0 ? "" : group + ":";
        if (group.StartsWith("BackendOptions:", StringComparison.Ordinal))
        {
            section["Backend"] = group.Split(':')[1];
            prefix = "BackendOptions:";
        }

        if (group is "PersistTo" or "BackendOptions:file" or "BackendOptions:sqlite")
            section[prefix + "Path"] = "c.larder";
        if (group == "Compression")
            section[prefix + "Algorithm"] = "Brotli";
        if (group == "Encryption")
            section[prefix + "Keys:0"] = Convert.ToBase64String(new byte[16]);
        if (option is "User")
            section[prefix + "Password"] = "x";
        if (option is not null)
            section[prefix + option] = value;
        return section;
    }

    private static IReadOnlyList<string> Refusals(Dictionary<string, string?> section) => Refusals(new ConfigurationBuilder().AddInMemoryCollection(section).Build());

    private static IReadOnlyList<string> Refusals(IConfiguration section)
    {
        try
        {
            Bind(section);
            return [];
        }
        catch (OptionsValidationException error)
        {
            return [.. error.Failures];
        }
    }

    private static CacheOptions Bind(Dictionary<string, string?> section) => Bind(new ConfigurationBuilder().AddInMemoryCollection(section).Build());

    private static CacheOptions Bind(IConfiguration section)
    {
        using ServiceProvider services = new ServiceCollection().AddLarder(section).Services.BuildServiceProvider();
        return services.GetRequiredService<IOptions<CacheOptions>>().Value;
    }

    // As a record prints itself, groups included.
    private static string Shown(CacheOptions options) => options.ToString();

    private static string Text(JsonNode number, int add = 0) => number.GetValueKind() switch
    {
        JsonValueKind.Number => (decimal.Parse(number.ToJsonString(), CultureInfo.InvariantCulture) + add).ToString(CultureInfo.InvariantCulture),
        JsonValueKind.String => number.GetValue<string>(),
        _ => number.ToJsonString(),
    };
}
