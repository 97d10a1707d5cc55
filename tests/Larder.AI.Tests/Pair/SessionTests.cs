using System.Diagnostics;
using Larder.Samples.PairProgrammer.Asking;
using Larder.Samples.PairProgrammer.Models;
using Larder.Samples.PairProgrammer.Recordings;
using Larder.Samples.PairProgrammer.Sessions;

namespace Larder.AI.Tests.Pair;

/// <summary>The whole way, against the recorded sessions that ship, over real HTTP.</summary>
public sealed class SessionTests : IDisposable
{
    private const string Problem = "Create a database cache for expensive API calls that take 1 mandatory and 3 optional parameters. Cache timeout is 30 days.";

    private readonly string _folder = Directory.CreateTempSubdirectory("larder-pair-").FullName;
    private readonly List<(string Function, bool IsKept)> _done = [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("python", "database-cache", "api_cache.py", "test_api_cache.py")]
    [InlineData("csharp", "database-cache-csharp", "ApiCache.cs", "ApiCacheTests.cs")]
    public async Task Recorded_problem_becomes_tested_code_and_the_second_run_makes_no_request(string language, string recording, string code, string tests)
    {
        await using Cache cache = Cache.Create(options => options.PersistTo(Path.Combine(_folder, "answers.larder")));
        await using Desk desk = await Desk.OpenAsync(Recorded(recording), cache);

        await RunAsync(desk, "first", language: language);
        int requests = desk.Server.Requests;
        await RunAsync(desk, "second", language: language);

        Assert.Equal((5, 5), (requests, desk.Server.Requests));
        Assert.Equal(5, desk.Client.Statistics.Hits);
        Assert.True(desk.Client.Statistics.OutputTokensSaved > 3000);
        Assert.All(Session.Steps.Concat(Session.Steps).Zip(_done), pair => Assert.Equal((pair.First, false), pair.Second));
        foreach (string run in (string[])["first", "second"])
        {
            Assert.Equal(File.ReadAllText(RepositoryRoot.Of("samples", "PairProgrammer", "recorded", recording, code)), File.ReadAllText(Path.Combine(_folder, run, "code", code)));
            Assert.Equal(File.ReadAllText(RepositoryRoot.Of("samples", "PairProgrammer", "recorded", recording, tests)), File.ReadAllText(Path.Combine(_folder, run, "code", tests)));
            string markdown = File.ReadAllText(Path.Combine(_folder, run, "session.md"));
            Assert.All(Session.Steps.Select((step, i) => $"## {i + 1}. {step}\n"), heading => Assert.Contains(heading, markdown));
        }
    }

    [Fact]
    public async Task Code_of_the_session_in_python_passes_its_tests()
    {
        await using Desk desk = await Desk.OpenAsync(Recorded("database-cache"));
        await RunAsync(desk, "run");

        var start = new ProcessStartInfo("python3", ["-B", "-m", "unittest", "test_api_cache"]) { WorkingDirectory = Path.Combine(_folder, "run", "code"), UseShellExecute = false, RedirectStandardError = true };
        using Process python = Process.Start(start)!;
        string output = await python.StandardError.ReadToEndAsync();
        await python.WaitForExitAsync();

        Assert.True(python.ExitCode == 0, output);
        Assert.Contains("Ran 10 tests", output);
    }

    [Fact]
    public async Task Session_that_was_broken_off_goes_on_where_it_was()
    {
        RecordingPart part = await RecordingPart.OfAsync(Recorded("database-cache"), brokenAt: "code");
        await using (part)
        {
            using OpenAIChatClient model = new(Desk.Options(part.Server) with { Retries = 0 });
            var programmer = new Programmer(model, Language.Python);
            await Assert.ThrowsAsync<ModelException>(() => SessionOf(programmer, "run").RunAsync(Problem));
            Assert.Equal(["problem", "design", "ticket"], _done.Select(step => step.Function));

            _done.Clear();
            part.Mend();
            await SessionOf(programmer, "run").RunAsync(Problem);
        }

        Assert.Equal([("problem", true), ("design", true), ("ticket", true), ("code", false), ("test", false)], _done);
    }

    [Fact]
    public async Task Step_is_asked_anew_and_those_after_it_only_where_their_question_changed()
    {
        await using Desk desk = await Desk.OpenAsync(Recorded("database-cache"));
        await RunAsync(desk, "run");

        _done.Clear();
        await RunAsync(desk, "run", new SessionOptions { Again = "ticket" });
        Assert.Equal([("problem", true), ("design", true), ("ticket", false), ("code", true), ("test", true)], _done);
        Assert.Equal(6, desk.Server.Requests); // Past the cache, which had the answer.

        // A ticket that says something else makes other code necessary.
        string file = Path.Combine(_folder, "run", "session.json"), state = File.ReadAllText(file);
        int answer = state.IndexOf("Before an API call is made,", StringComparison.Ordinal); // The ticket's; what comes later is the question for the code.
        File.WriteAllText(file, state[..answer] + "Until an API call is made," + state[(answer + "Before an API call is made,".Length)..]);
        _done.Clear();
        await RunAsync(desk, "run");
        Assert.Equal([("problem", true), ("design", true), ("ticket", true), ("code", false), ("test", true)], _done);
    }

    [Fact]
    public async Task Code_that_was_changed_stays_until_its_step_is_asked_anew()
    {
        await using Desk desk = await Desk.OpenAsync(Recorded("database-cache"));
        await RunAsync(desk, "run");
        string code = Path.Combine(_folder, "run", "code", "api_cache.py");
        File.WriteAllText(code, "mine");

        await RunAsync(desk, "run", new SessionOptions { Again = "test" });
        Assert.Equal("mine", File.ReadAllText(code));

        await RunAsync(desk, "run", new SessionOptions { Again = "code" });
        Assert.StartsWith("\"\"\"Cache the results", File.ReadAllText(code));
    }

    [Fact]
    public async Task Another_language_begins_anew()
    {
        await using Desk desk = await Desk.OpenAsync(Recorded("database-cache"));
        await RunAsync(desk, "run");

        var error = await Assert.ThrowsAsync<ModelException>(() => RunAsync(desk, "run", language: "csharp"));

        Assert.Contains("A replay knows only what was recorded.", error.Message);
    }

    [Theory]
    [InlineData("{", "cannot be read")]
    [InlineData("{\"format\":9,\"problem\":\"p\",\"language\":\"python\"}", "format is 9; this program reads 1")]
    public void Session_that_is_damaged_is_named(string state, string message)
    {
        File.WriteAllText(Path.Combine(_folder, "session.json"), state);

        Assert.Contains(message, Assert.Throws<SessionException>(() => SessionFolder.Open(_folder)).Message);
    }

    [Theory]
    [InlineData(0, 1, 1, null, "The count is 0; it must be 1 to 9.")]
    [InlineData(2, 3, 1, null, "The solution is 3; it must be 1 to 2")]
    [InlineData(2, 1, 0, null, "The option is 0; it must be 1 to 2")]
    [InlineData(1, 1, 1, "deploy", "it must be one of problem, design, ticket, code, test")]
    public void Options_that_are_wrong_are_named(int count, int solution, int option, string? again, string message)
    {
        var options = new SessionOptions { Count = count, Solution = solution, Option = option, Again = again };

        Assert.Contains(message, Assert.Throws<SessionException>(options.Validate).Message);
    }

    private static Recording Recorded(string name) => Recording.Load(RepositoryRoot.Of("samples", "PairProgrammer", "recorded", name));

    private Task RunAsync(Desk desk, string name, SessionOptions? options = null, string language = "python")
    {
        var programmer = new Programmer(desk.Client, Language.All.Single(each => each.Id == language));
        return SessionOf(programmer, name, options).RunAsync(Problem);
    }

    private Session SessionOf(Programmer programmer, string name, SessionOptions? options = null) =>
        new(programmer, SessionFolder.Open(Path.Combine(_folder, name)), options ?? new SessionOptions()) { Done = (function, _, isKept) => _done.Add((function, isKept)) };
}
