using System.Diagnostics;
using Larder.Samples.PairProgrammer.Recordings;

namespace Larder.AI.Tests.Pair;

/// <summary>The console tool as a process.</summary>
public sealed class ToolTests : IDisposable
{
    private const string Problem = "Create a database cache for expensive API calls that take 1 mandatory and 3 optional parameters. Cache timeout is 30 days.";

    private static readonly string Recorded = RepositoryRoot.Of("samples", "PairProgrammer", "recorded", "database-cache");

    private readonly string _folder = Directory.CreateTempSubdirectory("larder-tool-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Second_process_answers_from_the_file_of_the_first()
    {
        (int first, string paid, _) = await RunAsync(Problem, "--replay", Recorded, "--cache", At("answers"), "--out", At("one"));
        (int second, string saved, _) = await RunAsync(Problem, "--replay", Recorded, "--cache", At("answers"), "--out", At("two"), "--quiet");
        (int third, string kept, _) = await RunAsync("--replay", Recorded, "--cache", At("answers"), "--out", At("two"), "--quiet", "--again", "test");

        Assert.Equal((0, 0, 0), (first, second, third));
        Assert.Contains("This is a replay of a recorded session, no model is asked", paid);
        Assert.Contains("5 answers replayed", paid);
        Assert.Contains("**Data tier:** Redis holds one string per call", paid);
        Assert.Contains("0 answers replayed: 0 + 0 tokens, 0.00 s. 5 answers from the cache", saved);
        Assert.Contains("code       kept from this session", kept);
        Assert.Contains("test       replayed", kept);
        Assert.True(File.Exists(Path.Combine(At("two"), "code", "api_cache.py")));
    }

    [Fact]
    public async Task What_one_process_records_another_replays()
    {
        await using ReplayServer service = await ReplayServer.StartAsync(Recording.Load(Recorded));

        (int recorded, string live, _) = await RunAsync(Problem, "--endpoint", service.Endpoint.ToString(), "--model", "m", "--record", At("recording"), "--out", At("one"), "--quiet");
        (int replayed, string replay, _) = await RunAsync(Problem, "--replay", At("recording"), "--no-cache", "--out", At("two"), "--quiet");

        Assert.Equal((0, 0), (recorded, replayed));
        Assert.Contains($"They are recorded to {At("recording")}.", live);
        Assert.Contains("test       replayed", replay);
        Assert.Equal(5, service.Requests);
        Assert.Equal(File.ReadAllText(Path.Combine(At("one"), "session.md")), File.ReadAllText(Path.Combine(At("two"), "session.md")));
    }

    [Fact]
    public async Task Answers_of_one_service_or_recording_are_no_answers_of_another()
    {
        await using ReplayServer one = await ReplayServer.StartAsync(Recording.Of("one", Made.Exchange(Made.Ticket))), two = await ReplayServer.StartAsync(Recording.Of("two", Made.Exchange(Made.Ticket)));
        string recording = Directory.CreateDirectory(At("recording")).FullName;
        await File.WriteAllTextAsync(Path.Combine(recording, "recording.json"), """{"format":1,"title":"t","note":"n"}""");
        List<string> titles = [];
        foreach (string title in (string[])["before", "before", "changed"])
        {
            await File.WriteAllTextAsync(Path.Combine(recording, "1.json"), $$$"""{"when":{},"response":{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":{{{Made.Ticket.Replace("\"T\"", $"\"{title}\"", StringComparison.Ordinal)}}}}}]}}""");
            titles.Add((await RunAsync("ticket", "an option", "--replay", recording, "--cache", At("answers"))).Output.Split('\n')[0]);
        }

        foreach (ReplayServer service in (ReplayServer[])[one, two])
            await RunAsync("ticket", "an option", "--endpoint", service.Endpoint.ToString(), "--model", "m", "--cache", At("answers"));

        Assert.Equal(["**Title:** before", "**Title:** before", "**Title:** changed"], titles);
        Assert.Equal((1, 1), (one.Requests, two.Requests));
    }

    [Fact]
    public async Task Session_goes_on_as_it_was_begun()
    {
        string solutions = Made.Solutions("first", "second"), options = Made.Options("one", "two");
        const string Code = """{"file_name":"A.cs","source":"class A;","explanation":"E","met_criteria":[{"criterion":"A","how":"so"},{"criterion":"B","how":"so"}]}""", Tests = """{"file_name":"ATests.cs","source":"class ATests;","explanation":"E"}""";
        await using ReplayServer service = await ReplayServer.StartAsync(Recording.Of(
            "two of each, in C#",
            Made.Exchange(solutions, "problem") with { When = new RequestMatch { Schema = "problem", Contains = ["You write C#.", "Give 2 solutions"] } },
            Made.Exchange(options, "design") with { When = new RequestMatch { Schema = "design", Contains = ["second", "Give 2 implementation options"] } },
            Made.Exchange(Made.Ticket, "ticket") with { When = new RequestMatch { Schema = "ticket", Contains = ["two"] } },
            Made.Exchange(Code, "code"),
            Made.Exchange(Tests, "test")));
        string[] bench = ["--endpoint", service.Endpoint.ToString(), "--model", "m", "--no-cache", "--quiet"];

        (int begun, _, string errors) = await RunAsync(["a problem", "--language", "csharp", "--count", "2", "--solution", "2", "--option", "2", "--out", At("one"), .. bench]);
        (int gone, string on, _) = await RunAsync(["--out", At("one"), "--again", "ticket", .. bench]);
        (int other, _, string refused) = await RunAsync(["another problem", "--out", At("one"), .. bench]);

        Assert.True(begun == 0, errors);
        Assert.Equal((0, 2), (gone, other));
        Assert.Equal(6, service.Requests);
        Assert.Contains("design     kept from this session", on);
        Assert.Contains("ticket     asked the model", on);
        Assert.Contains("test       kept from this session", on);
        Assert.Contains($"{At("one")} holds the session of another problem, \"a problem\"", refused);
    }

    [Fact]
    public async Task Recording_of_a_session_that_has_begun_would_lack_its_beginning()
    {
        await RunAsync(Problem, "--replay", Recorded, "--no-cache", "--out", At("one"), "--quiet");

        (int exit, _, string errors) = await RunAsync("--out", At("one"), "--model", "m", "--endpoint", "http://127.0.0.1:9/v1", "--record", At("recording"));

        Assert.Equal(2, exit);
        Assert.Contains("what it has would not be in the recording", errors);
        Assert.False(Directory.Exists(At("recording")));
    }

    [Fact]
    public async Task Mistake_leaves_no_folder_behind()
    {
        await RunAsync("a problem", "--replay", "nowhere");

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public async Task Store_that_keeps_nothing_is_told_of()
    {
        await File.WriteAllTextAsync(At("file"), "");
        (int exit, string output, string errors) = await RunAsync(Problem, "--replay", Recorded, "--cache", Path.Combine(At("file"), "answers"), "--out", At("one"), "--quiet");

        Assert.Equal(0, exit);
        Assert.Contains("5 answers replayed", output);
        Assert.Contains("pair: answers could not all be kept: ", errors);
    }

    [Fact]
    public async Task Tests_of_a_file_are_told_its_name()
    {
        const string Tests = """{"file_name":"test_a.py","source":"pass","explanation":"E"}""";
        await using ReplayServer service = await ReplayServer.StartAsync(Recording.Of("tests", Made.Exchange(Tests) with { When = new RequestMatch { Contains = ["which is in the file a.py:"] } }));
        await File.WriteAllTextAsync(At("a.py"), "print(1)");

        (int exit, _, string errors) = await RunAsync("test", At("a.py"), "--endpoint", service.Endpoint.ToString(), "--model", "m", "--cache", At("answers"));

        Assert.True(exit == 0, errors);
        Assert.Contains("1 answer paid: 12 + 34 tokens", errors);
    }

    [Fact]
    public async Task Function_by_itself_prints_its_answer_alone()
    {
        await using ReplayServer service = await ReplayServer.StartAsync(Recording.Of("ticket", Made.Exchange(Made.Ticket)));
        await File.WriteAllTextAsync(At("option.txt"), "an option");
        string[] model = ["--endpoint", service.Endpoint.ToString(), "--model", "m", "--cache", At("answers")];

        (int exit, string output, string errors) = await RunAsync(["ticket", At("option.txt"), "--json", .. model]);
        (_, string again, _) = await RunAsync(["ticket", "an option", "--json", .. model]);
        (_, string ofAnother, _) = await RunAsync(["ticket", "an option", "--json", "--user", "ben", .. model]);

        Assert.True(exit == 0, errors);
        Assert.Equal(Made.Ticket, output.TrimEnd());
        Assert.Contains($"Answers come from m at {service.Endpoint}", errors);
        Assert.Equal((output, output), (again, ofAnother));
        Assert.Equal(2, service.Requests); // Ben shares nothing with anybody.
    }

    [Fact]
    public async Task Error_is_explained()
    {
        const string Fix = """{"error":"A name is misspelled.","debugged_code":"print(1)","explanation":"It was prnt."}""";
        await using ReplayServer service = await ReplayServer.StartAsync(Recording.Of("fix", Made.Exchange(Fix, "error")));

        (int exit, string output, _) = await RunAsync("error", "prnt(1)", "NameError: name 'prnt' is not defined", "--endpoint", service.Endpoint.ToString(), "--model", "m", "--no-cache");

        Assert.Equal(0, exit);
        Assert.Contains("**Error:** A name is misspelled.", output);
        Assert.Contains("print(1)", output);
    }

    [Theory]
    [InlineData("There is no problem", 2)]
    [InlineData("There is no model", 2, "p")]
    [InlineData("--language is 'cobol'; it must be one of python, csharp", 2, "p", "--language", "cobol", "--model", "m")]
    [InlineData("--endpoint is 'ftp://x'; it must be an http or https address", 2, "p", "--model", "m", "--endpoint", "ftp://x")]
    [InlineData("There is no key for https://", 2, "p", "--model", "m", "--endpoint", "https://model.invalid/v1")]
    [InlineData("--replay and --record exclude each other", 2, "p", "--replay", "a", "--record", "b")]
    [InlineData("it must be one of problem, design, ticket, code, test", 2, "p", "--again", "deploy")]
    [InlineData("--user is ' '; it must hold a visible character", 2, "p", "--model", "m", "--user", " ")]
    [InlineData("--out is ''; it must hold a visible character", 2, "p", "--model", "m", "--out", "")]
    [InlineData("--cache is ''; it must hold a visible character", 2, "p", "--model", "m", "--cache", "")]
    [InlineData("--key is ''; it must hold a visible character", 2, "ticket", "p", "--model", "m", "--key", "")]
    [InlineData("--count is 0; it must be 1 to 9", 2, "ticket", "p", "-n", "0")]
    [InlineData("recording.json cannot be read", 1, "p", "--replay", "nowhere")]
    [InlineData("--redis: The server 'x:99999' is not an address", 2, "p", "--model", "m", "--endpoint", "http://127.0.0.1:9/v1", "--redis", "x:99999")]
    [InlineData("cannot be reached: Connection refused", 1, "p", "--model", "m", "--endpoint", "http://127.0.0.1:9/v1", "--no-cache")]
    public async Task Mistake_is_told_in_a_sentence(string message, int exitCode, params string[] arguments)
    {
        (int exit, _, string errors) = await RunAsync(arguments);

        Assert.Equal(exitCode, exit);
        Assert.StartsWith("pair: ", errors);
        Assert.Contains(message, errors);
        Assert.DoesNotContain("   at ", errors);
    }

    [Theory]
    [InlineData("Unrecognized command or argument '--modle'.", "p", "--modle", "m")]
    [InlineData("Cannot parse argument 'two' for option '--count'", "p", "--count", "two")]
    [InlineData("Required argument missing for command: 'ticket'.", "ticket")]
    public async Task Command_line_that_is_none_is_told_in_few_words(string message, params string[] arguments)
    {
        (int exit, string output, string errors) = await RunAsync(arguments);

        Assert.Equal(2, exit);
        Assert.Contains(message, errors);
        Assert.Contains("pair: --help says what there is.", errors);
        Assert.DoesNotContain("Usage:", output + errors);
    }

    private string At(string name) => Path.Combine(_folder, name);

    private async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "pair.dll"), .. arguments])
        {
            WorkingDirectory = _folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string variable in (string[])["OPENAI_BASE_URL", "OPENAI_MODEL", "OPENAI_API_KEY"])
            start.Environment.Remove(variable);
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }

        return (process.ExitCode, await output, await errors);
    }
}
