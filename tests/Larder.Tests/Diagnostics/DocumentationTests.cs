using System.Reflection;
using System.Text.RegularExpressions;
using Larder.Diagnostics;
using Larder.Hosting;
using Larder.Tests.Hosting;
using Microsoft.Extensions.Logging;

namespace Larder.Tests.Diagnostics;

/// <summary>The pages for operators name everything that there is, and nothing else.</summary>
public sealed partial class DocumentationTests
{
    private static readonly string Observability = Read("observability.md");
    private static readonly string Configuration = Read("configuration.md");

    public static TheoryData<string> Names { get; } = [.. typeof(TelemetryNames).GetNestedTypes(BindingFlags.Public | BindingFlags.NonPublic)
        .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static))
        .Select(field => (string)field.GetRawConstantValue()!)
        .Distinct()];

    public static TheoryData<string> Options { get; } = [.. new[] { typeof(CacheOptions), typeof(RetryOptions), typeof(StoreOptions), typeof(CompressionOptions), typeof(EncryptionOptions), typeof(SnapshotOptions), typeof(EntryOptions) }
        .SelectMany(type => type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        .Select(property => property.Name)
        .Distinct()];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_name_of_the_telemetry_is_documented(string name) => Assert.Contains($"`{name}`", Observability);

    [Fact]
    public void Every_instrument_and_span_that_is_documented_exists() =>
        Assert.All(Documented().Matches(Observability), match => Assert.Contains(match.Groups["name"].Value, Names.Select(row => row.Data)));

    [Fact]
    public void Every_log_message_is_documented() =>
        Assert.All(
            typeof(LogMessages).GetMethods(BindingFlags.Public | BindingFlags.Static).Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()).OfType<LoggerMessageAttribute>(),
            message => Assert.Contains($"| {message.EventId} | ", Observability));

    [Fact]
    public void Every_event_is_documented() =>
        Assert.All(typeof(CacheEvents).GetEvents(), e => Assert.Contains($"| `{e.Name}` | `{e.EventHandlerType!.GenericTypeArguments[0].Name}`", Observability));

    [Theory]
    [MemberData(nameof(Options))]
    public void Every_option_is_documented(string name) => Assert.Contains($"| `{name}` | ", Configuration);

    [Fact]
    public void The_example_of_a_settings_file_is_valid()
    {
        string json = Configuration.Split("```json")[1].Split("```")[0];
        var options = new CacheOptions();
        var errors = new OptionErrors();

        // The directory of the example need not exist here.
        CacheSettings.Apply(CacheSettingsTests.Section(json).GetSection("Larder"), options, errors);
        options.PersistTo(Path.Combine(AppContext.BaseDirectory, "cache.larder"));
        options.Validate(errors);

        Assert.Empty(errors.All);
        Assert.Equal(2, options.Retry.Retries);
    }

    [GeneratedRegex("\\| `(?<name>larder\\.[a-z_.]+)` \\|", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Documented();

    private static string Read(string page) => File.ReadAllText(RepositoryRoot.Of("docs", page));
}
