using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Larder.Samples.PairProgrammer.Recordings;

/// <summary>A recorded session: a folder with a file that says what it is and a file for each exchange.</summary>
public sealed class Recording
{
    public const string AboutFile = "recording.json";

    private readonly Lock _gate = new(); // Protects how often each match was answered.
    private readonly List<IGrouping<string, Exchange>> _answers;
    private readonly Dictionary<string, int> _played = [];

    private Recording(About about, Exchange[] exchanges)
    {
        About = about;
        Digest = Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(exchanges, RecordingJson.Default.ExchangeArray)));
        // The most particular first; the same match several times is a sequence.
        _answers = [.. exchanges.GroupBy(exchange => JsonSerializer.Serialize(exchange.When, RecordingJson.Default.RequestMatch)).OrderByDescending(group => Particularity(group.First().When))];
    }

    /// <summary>What it is.</summary>
    public About About { get; }

    /// <summary>Tells it from every other: one that was changed is another.</summary>
    public string Digest { get; }

    /// <summary>Reads a folder.</summary>
    /// <exception cref="RecordingException">It is not a recording. The message names the file and what is wrong with it.</exception>
    public static Recording Load(string folder)
    {
        About about = Read(Path.Combine(folder, AboutFile), RecordingJson.Default.About);
        if (about.Format != About.CurrentFormat)
            throw new RecordingException($"{Path.Combine(folder, AboutFile)}: format is {about.Format}; this program reads {About.CurrentFormat}.");
        string[] files = [.. Directory.EnumerateFiles(folder, "*.json").Where(file => Path.GetFileName(file) != AboutFile).Order(StringComparer.Ordinal)];
        if (files.Length == 0)
            throw new RecordingException($"{folder} holds no exchange: there is no *.json beside {AboutFile}.");
        return new Recording(about, [.. files.Select(ReadExchange)]);
    }

    /// <summary>A recording that was made up in memory.</summary>
    public static Recording Of(string title, params IEnumerable<Exchange> exchanges) => new(new About { Format = About.CurrentFormat, Title = title, Note = "" }, [.. exchanges]);

    /// <summary>The answer to a request: of several for one match the next in line, and the last of them ever after.</summary>
    internal Exchange? Answer(ChatRequest request)
    {
        IGrouping<string, Exchange>? answers = _answers.FirstOrDefault(group => request.Meets(group.First().When));
        if (answers is null)
            return null;
        lock (_gate)
        {
            int played = _played.GetValueOrDefault(answers.Key);
            _played[answers.Key] = played + 1;
            return answers.ElementAt(Math.Min(played, answers.Count() - 1));
        }
    }

    private static int Particularity(RequestMatch match) => match.Contains.Sum(text => text.Length + 1) + (match.Schema is null ? 0 : 1) + (match.Messages is null ? 0 : 1);

    private static T Read<T>(string file, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> contract)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(file), contract) ?? throw new RecordingException($"{file} is null.");
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new RecordingException($"{file} cannot be read: {error.Message}", error);
        }
    }

    private static Exchange ReadExchange(string file)
    {
        Exchange exchange = Read(file, RecordingJson.Default.Exchange);
        string flaws = string.Join(" ", exchange.Flaws());
        return flaws.Length == 0 ? WithFiles(exchange, file) : throw new RecordingException($"{file}: {flaws}");
    }

    private static Exchange WithFiles(Exchange exchange, string file)
    {
        if (exchange.Response is not { } response || !response.GetRawText().Contains("\"$file\"", StringComparison.Ordinal))
            return exchange;
        JsonNode node = JsonNode.Parse(response.GetRawText())!;
        try
        {
            return exchange with { Response = JsonElement.Parse(Replace(node, Path.GetDirectoryName(file)!).ToJsonString()) };
        }
        catch (Exception error) when (error is RecordingException or IOException or UnauthorizedAccessException)
        {
            throw new RecordingException($"{file}: {error.Message}", error);
        }
    }

    private static JsonNode Replace(JsonNode node, string folder)
    {
        switch (node)
        {
            case JsonObject { Count: 1 } reference when reference.TryGetPropertyValue("$file", out JsonNode? value):
                if (value is not JsonValue text || !text.TryGetValue(out string? name) || name.Length == 0 || Path.GetFileName(name) != name)
                    throw new RecordingException($"$file is {value?.ToJsonString() ?? "null"}; it must be the name of a file in {folder}.");
                return JsonValue.Create(File.ReadAllText(Path.Combine(folder, name)));
            case JsonObject properties:
                foreach ((string property, JsonNode? each) in properties.ToArray())
                {
                    properties.Remove(property);
                    properties[property] = each is null ? null : Replace(each, folder);
                }

                return properties;
            case JsonArray items:
                for (int i = 0; i < items.Count; i++)
                {
                    JsonNode? item = items[i];
                    items[i] = null;
                    items[i] = item is null ? null : Replace(item, folder);
                }

                return items;
            default:
                return node;
        }
    }
}
