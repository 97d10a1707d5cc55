using System.Text.Json;
using Larder.Samples.PairProgrammer.Answers;
using Larder.Samples.PairProgrammer.Asking;
using Larder.Samples.PairProgrammer.Models;
using Larder.Samples.PairProgrammer.Recordings;

namespace Larder.AI.Tests.Pair;

public sealed class RecordingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("larder-recording-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_is_recorded_can_be_replayed_and_holds_no_key()
    {
        await using ReplayServer service = await ReplayServer.StartAsync(Recording.Of("service", [Made.Failure(429, "1"), Made.Exchange(Made.Ticket)]));
        Ticket live, replayed;
        await using (RecordServer recorder = await RecordServer.StartAsync(_folder, service.Endpoint, "A test."))
            live = await AskAsync(recorder.Endpoint, key: "secret-key-17");

        await using ReplayServer replay = await ReplayServer.StartAsync(Recording.Load(_folder));
        replayed = await AskAsync(replay.Endpoint, key: "none");

        Assert.Equal(live.ToMarkdown(), replayed.ToMarkdown());
        Assert.Equal((2, 2), (service.Requests, replay.Requests)); // The rate limit was recorded, and is replayed.
        string[] files = [.. Directory.EnumerateFiles(_folder).Select(file => Path.GetFileName(file)).Order()];
        Assert.Equal(["001-ticket.json", "002-ticket.json", "recording.json"], files);
        Assert.All(Directory.EnumerateFiles(_folder), file => Assert.DoesNotContain("secret-key-17", File.ReadAllText(file)));
        Assert.Contains("\"title\": \"T\"", File.ReadAllText(Path.Combine(_folder, "002-ticket.json"))); // For people to read, and not a text in a text.
    }

    [Fact]
    public async Task Recording_answers_what_was_recorded_and_nothing_else()
    {
        await using ReplayServer service = await ReplayServer.StartAsync(Recording.Of("service", Made.Exchange(Made.Ticket)));
        await using (RecordServer recorder = await RecordServer.StartAsync(_folder, service.Endpoint, "A test."))
            await AskAsync(recorder.Endpoint);
        await using ReplayServer replay = await ReplayServer.StartAsync(Recording.Load(_folder));

        var error = await Assert.ThrowsAsync<ModelException>(() => AskAsync(replay.Endpoint, option: "another option"));

        Assert.Equal(404, error.Status);
        Assert.Contains("A replay knows only what was recorded.", error.Message);
    }

    [Fact]
    public async Task What_is_recorded_later_comes_after_what_was_kept_of_before()
    {
        await using ReplayServer service = await ReplayServer.StartAsync(Recording.Of("service", Made.Exchange(Made.Ticket)));
        await RecordAsync("one");
        await RecordAsync("two");
        File.Delete(Path.Combine(_folder, "001-ticket.json"));

        await RecordAsync("three");

        Assert.Equal(["002-ticket.json", "003-ticket.json", "recording.json"], Directory.EnumerateFiles(_folder).Select(file => Path.GetFileName(file)).Order());

        async Task RecordAsync(string option)
        {
            await using RecordServer recorder = await RecordServer.StartAsync(_folder, service.Endpoint, "A test.");
            await AskAsync(recorder.Endpoint, option);
        }
    }

    [Fact]
    public async Task Service_that_the_recorder_cannot_reach_is_named()
    {
        await using RecordServer recorder = await RecordServer.StartAsync(_folder, new Uri("http://127.0.0.1:9/v1"), "A test.");

        var error = await Assert.ThrowsAsync<ModelException>(() => AskAsync(recorder.Endpoint));

        Assert.Contains("http://127.0.0.1:9/v1 cannot be reached", error.Message);
    }

    [Fact]
    public async Task Most_particular_exchange_answers_and_several_are_a_sequence()
    {
        Exchange Answer(string title, params string[] contains) => Made.Exchange(Made.Ticket.Replace("\"T\"", $"\"{title}\"", StringComparison.Ordinal)) with { When = new RequestMatch { Contains = contains } };
        await using ReplayServer replay = await ReplayServer.StartAsync(Recording.Of("several", Answer("any"), Answer("first", "an option"), Answer("second", "an option"), Answer("python", "an option", "You write Python.")));

        Assert.Equal("python", (await AskAsync(replay.Endpoint)).Title);
        Assert.Equal(["first", "second", "second"], [await CSharpAsync("an option"), await CSharpAsync("an option"), await CSharpAsync("an option")]);
        Assert.Equal("any", await CSharpAsync("something"));

        async Task<string> CSharpAsync(string option) => (await new Programmer(new OpenAIChatClient(new ModelOptions { Endpoint = replay.Endpoint, Model = "recorded", Key = "none" }), Language.CSharp).TicketAsync(option)).Title;
    }

    [Theory]
    [InlineData(null, "{}", "recording.json cannot be read")]
    [InlineData("{\"format\":2,\"title\":\"t\",\"note\":\"\"}", "{}", "format is 2; this program reads 1")]
    [InlineData("{\"format\":1,\"title\":\"t\",\"note\":\"\"}", null, "holds no exchange")]
    [InlineData("{\"format\":1,\"title\":\"t\",\"note\":\"\"}", "{", "1-a.json cannot be read")]
    [InlineData("{\"format\":1,\"title\":\"t\",\"note\":\"\"}", "{\"when\":{},\"stauts\":500}", "stauts")]
    [InlineData("{\"format\":1,\"title\":\"t\",\"note\":\"\"}", "{\"when\":{},\"response\":{\"a\":{\"$file\":\"../b\"}}}", "1-a.json: $file is \"../b\"; it must be the name of a file in")]
    [InlineData("{\"format\":1,\"title\":\"t\",\"note\":\"\"}", "{\"when\":{},\"response\":{\"a\":{\"$file\":7}}}", "$file is 7; it must be the name of a file in")]
    [InlineData("{\"format\":1,\"title\":\"t\",\"note\":\"\"}", "{\"when\":{},\"response\":{\"a\":{\"$file\":\"nowhere.py\"}}}", "1-a.json: Could not find file")]
    [InlineData("{\"format\":1,\"title\":\"t\",\"note\":\"\"}", "{\"when\":{}}", "1-a.json: it must have either response or body.")]
    [InlineData("{\"format\":1,\"title\":\"t\",\"note\":\"\"}", "{\"when\":{},\"response\":{},\"body\":\"\"}", "it must have either response or body.")]
    [InlineData("{\"format\":1,\"title\":\"t\",\"note\":\"\"}", "{\"when\":{},\"response\":[1]}", "response is of kind Array; it must be an object")]
    [InlineData("{\"format\":1,\"title\":\"t\",\"note\":\"\"}", "{\"when\":{},\"response\":{\"a\":1,\"a\":2}}", "1-a.json cannot be read")]
    [InlineData("{\"format\":1,\"title\":\"t\",\"note\":\"\"}", "{\"when\":{},\"body\":\"\",\"delayMilliseconds\":-1,\"status\":99,\"cutAfter\":-1}", "delayMilliseconds is -1; it must be 0 or more. status is 99; it must be 200 to 599. cutAfter is -1; it must be 0 or more.")]
    public void Folder_that_is_no_recording_is_named(string? about, string? exchange, string message)
    {
        if (about is not null)
            File.WriteAllText(Path.Combine(_folder, "recording.json"), about);
        if (exchange is not null)
            File.WriteAllText(Path.Combine(_folder, "1-a.json"), exchange);

        Assert.Contains(message, Assert.Throws<RecordingException>(() => Recording.Load(_folder)).Message);
    }

    [Fact]
    public async Task Server_answers_nothing_but_completions()
    {
        await using ReplayServer replay = await ReplayServer.StartAsync(Recording.Of("one", Made.Exchange("x")));
        using var http = new HttpClient();

        using HttpResponseMessage models = await http.GetAsync(new Uri(replay.Endpoint + "/models"));
        using HttpResponseMessage nonsense = await http.PostAsync(new Uri(replay.Endpoint + "/chat/completions"), new StringContent("[]"));

        Assert.Equal((404, 400), ((int)models.StatusCode, (int)nonsense.StatusCode));
        Assert.Contains("has no messages", JsonDocument.Parse(await nonsense.Content.ReadAsStringAsync()).RootElement.GetProperty("error").GetProperty("message").GetString());
    }

    private static async Task<Ticket> AskAsync(Uri endpoint, string option = "an option", string key = "none")
    {
        using var model = new OpenAIChatClient(new ModelOptions { Endpoint = endpoint, Model = "recorded", Key = key, Retries = 1 });
        return await new Programmer(model, Language.Python).TicketAsync(option);
    }
}
