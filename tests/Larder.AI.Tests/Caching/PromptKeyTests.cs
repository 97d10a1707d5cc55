using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Larder.AI.Keys;
using Microsoft.Extensions.AI;

namespace Larder.AI.Tests.Caching;

public sealed class PromptKeyTests
{
    private static readonly ChatClientMetadata Metadata = new("provider", new Uri("http://one"), "model-a");

    /// <summary>Prompts and options of which no two mean the same.</summary>
    public static readonly (string Name, ChatMessage[] Messages, ChatOptions? Options)[] Different =
    [
        ("plain", Prompts.Ask("why?"), null),
        ("other text", Prompts.Ask("why"), null),
        ("other role", [new(ChatRole.User, "You are terse."), new(ChatRole.User, "why?")], null),
        ("one message", [new(ChatRole.System, "You are terse.why?")], null),
        ("two contents", [new(ChatRole.System, "You are terse."), new(ChatRole.User, [new TextContent("wh"), new TextContent("y?")])], null),
        ("lone surrogate", Prompts.Ask("\ud800"), null),
        ("other lone surrogate", Prompts.Ask("\ud801"), null),
        ("author", [new(ChatRole.System, "You are terse."), new(ChatRole.User, "why?") { AuthorName = "ada" }], null),
        ("message property", [new(ChatRole.System, "You are terse."), new(ChatRole.User, "why?") { AdditionalProperties = new() { ["a"] = 1 } }], null),
        ("image", [new(ChatRole.User, [new DataContent(new byte[] { 1, 2 }, "image/png")])], null),
        ("other image", [new(ChatRole.User, [new DataContent(new byte[] { 1, 3 }, "image/png")])], null),
        ("other media", [new(ChatRole.User, [new DataContent(new byte[] { 1, 2 }, "image/gif")])], null),
        ("link", [new(ChatRole.User, [new UriContent("http://a/b", "image/png")])], null),
        ("call", [new(ChatRole.Assistant, [new FunctionCallContent("1", "f", new Dictionary<string, object?> { ["x"] = 1 })])], null),
        ("other argument", [new(ChatRole.Assistant, [new FunctionCallContent("1", "f", new Dictionary<string, object?> { ["x"] = "1" })])], null),
        ("result", [new(ChatRole.Tool, [new FunctionResultContent("1", "f")])], null),
        ("instructions", Prompts.Ask("why?"), new() { Instructions = "Rhyme." }),
        ("model", Prompts.Ask("why?"), new() { ModelId = "model-b" }),
        ("temperature 0", Prompts.Ask("why?"), new() { Temperature = 0 }),
        ("temperature 1", Prompts.Ask("why?"), new() { Temperature = 1 }),
        ("top p", Prompts.Ask("why?"), new() { TopP = 1 }),
        ("top k", Prompts.Ask("why?"), new() { TopK = 1 }),
        ("tokens", Prompts.Ask("why?"), new() { MaxOutputTokens = 1 }),
        ("frequency", Prompts.Ask("why?"), new() { FrequencyPenalty = 1 }),
        ("presence", Prompts.Ask("why?"), new() { PresencePenalty = 1 }),
        ("seed", Prompts.Ask("why?"), new() { Seed = 1 }),
        ("effort", Prompts.Ask("why?"), new() { Reasoning = new() { Effort = ReasoningEffort.High } }),
        ("reasoning output", Prompts.Ask("why?"), new() { Reasoning = new() { Output = ReasoningOutput.Full } }),
        ("text", Prompts.Ask("why?"), new() { ResponseFormat = ChatResponseFormat.Text }),
        ("json", Prompts.Ask("why?"), new() { ResponseFormat = ChatResponseFormat.Json }),
        ("schema", Prompts.Ask("why?"), new() { ResponseFormat = ChatResponseFormat.ForJsonSchema(Json("""{"type":"object"}"""), "s") }),
        ("other schema", Prompts.Ask("why?"), new() { ResponseFormat = ChatResponseFormat.ForJsonSchema(Json("""{"type":"array"}"""), "s") }),
        ("schema name", Prompts.Ask("why?"), new() { ResponseFormat = ChatResponseFormat.ForJsonSchema(Json("""{"type":"object"}"""), "t") }),
        ("stop", Prompts.Ask("why?"), new() { StopSequences = ["a", "b"] }),
        ("stop joined", Prompts.Ask("why?"), new() { StopSequences = ["ab"] }),
        ("several calls", Prompts.Ask("why?"), new() { AllowMultipleToolCalls = true }),
        ("mode auto", Prompts.Ask("why?"), new() { ToolMode = ChatToolMode.Auto }),
        ("mode none", Prompts.Ask("why?"), new() { ToolMode = ChatToolMode.None }),
        ("mode any", Prompts.Ask("why?"), new() { ToolMode = ChatToolMode.RequireAny }),
        ("mode f", Prompts.Ask("why?"), new() { ToolMode = ChatToolMode.RequireSpecific("f") }),
        ("tool", Prompts.Ask("why?"), new() { Tools = [AIFunctionFactory.Create((string city) => city, "f", "d")] }),
        ("tool name", Prompts.Ask("why?"), new() { Tools = [AIFunctionFactory.Create((string city) => city, "g", "d")] }),
        ("tool description", Prompts.Ask("why?"), new() { Tools = [AIFunctionFactory.Create((string city) => city, "f", "e")] }),
        ("tool parameter", Prompts.Ask("why?"), new() { Tools = [AIFunctionFactory.Create((int city) => city, "f", "d")] }),
        ("property", Prompts.Ask("why?"), new() { AdditionalProperties = new() { ["a"] = 1 } }),
        ("property value", Prompts.Ask("why?"), new() { AdditionalProperties = new() { ["a"] = "1" } }),
        ("property null", Prompts.Ask("why?"), new() { AdditionalProperties = new() { ["a"] = null } }),
    ];

    [Fact]
    public void Whatever_tells_two_prompts_apart_tells_their_keys_apart()
    {
        var seen = new Dictionary<string, string>();
        foreach ((string name, ChatMessage[] messages, ChatOptions? options) in Different)
        {
            string? key = PromptKey.Of(messages, options, Metadata, null);
            Assert.True(key is not null, $"'{name}' has no key.");
            Assert.True(seen.TryAdd(key, name), $"'{name}' has the key of '{seen[key]}'.");
        }

        Assert.NotEqual(KeyOf("why?"), PromptKey.Of(Prompts.Ask("why?"), null, Metadata, "elsewhere"));
        Assert.NotEqual(KeyOf("why?"), PromptKey.Of(Prompts.Ask("why?"), null, new("other", null, "model-a"), null));
        Assert.NotEqual(KeyOf("why?"), PromptKey.Of(Prompts.Ask("why?"), null, new("provider", null, "model-b"), null));
    }

    [Fact]
    public void Equal_prompts_have_equal_keys_whatever_the_order_of_what_has_none()
    {
        var one = new ChatOptions { AdditionalProperties = new() { ["a"] = 1, ["b"] = 2 }, ResponseFormat = ChatResponseFormat.ForJsonSchema(Json("""{"type":"object","title":"x"}""")) };
        var other = new ChatOptions { AdditionalProperties = new() { ["b"] = 2, ["a"] = 1 }, ResponseFormat = ChatResponseFormat.ForJsonSchema(Json("""{ "title": "x", "type": "object" }""")) };

        Assert.Equal(PromptKey.Of(Prompts.Ask("why?"), one, Metadata, null), PromptKey.Of(Prompts.Ask("why?"), other, Metadata, null));
        Assert.Equal(KeyOf("why?"), PromptKey.Of(Prompts.Ask("why?"), new ChatOptions { StopSequences = [], Tools = [] }, Metadata, null));
        Assert.Equal(KeyOf("why?"), PromptKey.Of(Prompts.Ask("why?"), new ChatOptions { ModelId = "model-a" }, Metadata, null));
        Assert.Equal(KeyOf("why?"), PromptKey.Of(Prompts.Ask("why?"), null, new("provider", new Uri("http://two"), "model-a"), null));
    }

    [Fact]
    public void Ids_and_times_and_the_raw_forms_of_earlier_answers_are_not_asked()
    {
        ChatMessage[] plain = [.. Prompts.Ask("why?"), new(ChatRole.Assistant, "because"), new(ChatRole.User, "really?")];
        ChatMessage[] messages = [.. Prompts.Ask("why?"), new(ChatRole.Assistant, "because") { RawRepresentation = new object() }, new(ChatRole.User, "really?")];
        messages[2].Contents[0].RawRepresentation = new object();
        messages[1].MessageId = "17";
        messages[1].CreatedAt = DateTimeOffset.UnixEpoch;
        messages[1].Contents.Add(new UsageContent(new UsageDetails { InputTokenCount = 1 }));

        Assert.Equal(PromptKey.Of(plain, null, Metadata, null), PromptKey.Of(messages, null, Metadata, null));
    }

    public static TheoryData<string, ChatMessage> Raw => new()
    {
        { "message", new(ChatRole.User, "why?") { RawRepresentation = new object() } },
        { "content", new(ChatRole.User, [new TextContent("why?") { RawRepresentation = new object() }]) },
        { "content that is nothing else", new(ChatRole.User, [new AIContent { RawRepresentation = new object() }]) },
        { "part of an answer that is nothing else", new(ChatRole.Assistant, [new TextContent("why?"), new AIContent { RawRepresentation = new object() }]) },
        { "answer that is nothing else", new(ChatRole.Assistant, []) { RawRepresentation = new object() } },
    };

    [Theory]
    [MemberData(nameof(Raw), DisableDiscoveryEnumeration = true)]
    public void Raw_form_that_a_client_may_send_instead_of_what_is_seen_has_no_key(string what, ChatMessage message) =>
        Assert.True(PromptKey.Of([message], null, Metadata, null) is null, what);

    [Fact]
    public void Key_holds_the_model_and_no_text_of_the_prompt()
    {
        string key = KeyOf("the patient's diagnosis")!;

        Assert.StartsWith("m1/chat/s7_model-a/s64_", key);
        Assert.DoesNotContain("diagnosis", key);
        Assert.Equal("m1/chat/s7_model-a/s64_".Length + 64, key.Length);
    }

    [Fact]
    public void Key_is_the_same_in_every_culture_and_process()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            comma.NumberFormat.NumberDecimalSeparator = ",";
            CultureInfo.CurrentCulture = comma;

            Assert.Equal("m1/chat/s7_model-a/s64_4e9bdb45b77bd482ec8c4ce2d08a30d56f2c73d2c4c8cc7eac8eecbd65546eb9", PromptKey.Of(Prompts.Ask("why?"), new ChatOptions { Temperature = 0.5f }, Metadata, null));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    public static TheoryData<string, ChatOptions> Hidden => new()
    {
        { "conversation", new() { ConversationId = "c" } },
        { "background", new() { AllowBackgroundResponses = true } },
        { "raw", new() { RawRepresentationFactory = _ => new object() } },
        { "tool of the provider", new() { Tools = [new HostedWebSearchTool()] } },
        { "property without a contract", new() { AdditionalProperties = new() { ["f"] = (Action)(() => { }) } } },
        { "property that shows nothing of itself", new() { AdditionalProperties = new() { ["o"] = new object() } } },
        { "property with its state in a field", new() { AdditionalProperties = new() { ["o"] = new Opaque(1) } } },
        { "own options", new OwnOptions() },
    };

    [Theory]
    [MemberData(nameof(Hidden), DisableDiscoveryEnumeration = true)]
    public async Task What_cannot_be_seen_goes_past_the_cache(string what, ChatOptions options)
    {
        await using Cache cache = Cache.Create();
        var provider = new ScriptedClient();
        using LarderChatClient client = provider.UseLarder(cache);

        await client.GetResponseAsync(Prompts.Ask("why?"), options);
        await client.GetResponseAsync(Prompts.Ask("why?"), options);
        await client.GetStreamingResponseAsync(Prompts.Ask("why?"), options).TextOfAsync();

        Assert.True(provider.Requests == 3, what);
        Assert.Equal(3, client.Statistics.Bypassed);
        Assert.False(await client.ForgetAsync(Prompts.Ask("why?"), options));
    }

    [Fact]
    public void Every_property_of_options_and_messages_is_accounted_for()
    {
        // When the abstraction grows, the key has to be looked at again.
        string[] options =
        [
            "AdditionalProperties", "AllowBackgroundResponses", "AllowMultipleToolCalls", "ContinuationToken", "ConversationId", "FrequencyPenalty", "Instructions", "MaxOutputTokens", "ModelId", "PresencePenalty",
            "RawRepresentationFactory", "Reasoning", "ResponseFormat", "Seed", "StopSequences", "Temperature", "ToolMode", "Tools", "TopK", "TopP",
        ];

        Assert.Equal(options, PropertiesOf(typeof(ChatOptions)));
        Assert.Equal(["Effort", "Output"], PropertiesOf(typeof(ReasoningOptions)));
        Assert.Equal(["AdditionalProperties", "AuthorName", "Contents", "CreatedAt", "MessageId", "RawRepresentation", "Role", "Text"], PropertiesOf(typeof(ChatMessage)));
        Assert.Equal(["Schema", "SchemaDescription", "SchemaName"], PropertiesOf(typeof(ChatResponseFormatJson)));
        Assert.Equal(["AdditionalProperties", "Description", "JsonSchema", "Name", "ReturnJsonSchema"], PropertiesOf(typeof(AIFunctionDeclaration)));
    }

    private static string[] PropertiesOf(Type type) => [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => property.Name).Order(StringComparer.Ordinal)];

    private static string? KeyOf(string text) => PromptKey.Of(Prompts.Ask(text), null, Metadata, null);

    private static JsonElement Json(string text) => JsonElement.Parse(text);

    private sealed class OwnOptions : ChatOptions;

    private sealed class Opaque(int state)
    {
        public override string ToString() => $"opaque {state}";
    }
}
