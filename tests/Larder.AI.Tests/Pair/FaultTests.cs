using System.Diagnostics;
using Larder.Samples.PairProgrammer.Answers;
using Larder.Samples.PairProgrammer.Asking;
using Larder.Samples.PairProgrammer.Models;
using Larder.Samples.PairProgrammer.Recordings;
using Microsoft.Extensions.AI;

namespace Larder.AI.Tests.Pair;

/// <summary>Services that misbehave, over real HTTP.</summary>
public sealed class FaultTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("I would be glad to help!")]
    [InlineData("{\"title\":\"T\"}")]
    [InlineData("{\"title\":\"T\",\"description\":null,\"requirements\":[\"R\"],\"acceptance_criteria\":[\"A\"]}")]
    [InlineData("{\"title\":\"T\",\"description\":\"D\",\"requirements\":[],\"acceptance_criteria\":[\"A\"]}")]
    [InlineData("{\"title\":\"T\",\"description\":\"D\",\"requirements\":[\"R\"],\"acceptance_criteria\":[\"A\"],\"priority\":1}")]
    public async Task Answer_that_does_not_fit_is_repaired_once(string malformed)
    {
        await using Desk desk = await Desk.OpenAsync(Made.Exchange(malformed, "ticket", messages: 2), Made.Exchange(Made.Ticket, "ticket", messages: 4));

        Ticket ticket = await desk.Programmer.TicketAsync("an option");

        Assert.Equal("T", ticket.Title);
        Assert.Equal(2, desk.Server.Requests);
        Assert.True(Assert.Single(desk.Reports).Repaired);
        Assert.Equal(1, desk.Client.Statistics.NotKept);

        Assert.Equal("T", (await desk.Programmer.TicketAsync("an option")).Title);
        Assert.Equal(2, desk.Server.Requests); // The repaired answer is the question's answer from now on.
    }

    [Fact]
    public async Task Second_misfit_is_an_error_that_says_what_is_wrong_and_is_not_kept()
    {
        await using Desk desk = await Desk.OpenAsync(Made.Exchange("Sure!", "ticket", messages: 2), Made.Exchange("{\"title\":\"T\"}", "ticket", messages: 4));

        var error = await Assert.ThrowsAsync<AnswerException>(() => desk.Programmer.TicketAsync("an option"));

        Assert.Contains("'ticket' does not fit, also after one repair", error.Message);
        Assert.Contains("'S' is an invalid start", error.Message);
        Assert.Contains("acceptance_criteria", error.Message);
        await Assert.ThrowsAsync<AnswerException>(() => desk.Programmer.TicketAsync("an option"));
        Assert.Equal(4, desk.Server.Requests);
    }

    [Fact]
    public async Task Answer_that_fits_the_schema_but_not_the_call_is_repaired_and_not_kept()
    {
        const string One = """{"items":[{"problem":"P","approach":"A","pros_cons":{"pros":["+"],"cons":["-"]},"resources":["r"]}],"alternative":{"approach":"B","how_to_switch":"S"}}""";
        await using Desk desk = await Desk.OpenAsync(Made.Exchange(One, "problem"));

        var error = await Assert.ThrowsAsync<AnswerException>(() => desk.Programmer.ProblemAsync("a problem", n: 2));

        Assert.Contains("items holds 1; it must hold exactly 2.", error.Message);
        Assert.Equal(2, desk.Server.Requests);
        await Assert.ThrowsAsync<AnswerException>(() => desk.Programmer.ProblemAsync("a problem", n: 2));
        Assert.Equal(4, desk.Server.Requests);
    }

    [Fact]
    public async Task Criterion_that_the_code_says_nothing_of_is_a_misfit()
    {
        const string Code = """{"file_name":"a.py","source":"pass","explanation":"E","met_criteria":[{"criterion":"A","how":"so"}]}""";
        await using Desk desk = await Desk.OpenAsync(Made.Exchange(Code, "code"));

        var error = await Assert.ThrowsAsync<AnswerException>(() => desk.Programmer.CodeAsync(new Ticket("T", "D", ["R"], ["A", "B"])));

        Assert.Contains("met_criteria holds 1; it must hold exactly 2.", error.Message);
    }

    [Theory]
    [InlineData("../evil.py")]
    [InlineData("/etc/passwd")]
    [InlineData("a\\\\b.py")]
    [InlineData(".bashrc")]
    [InlineData("")]
    public async Task File_name_that_names_a_place_is_a_misfit(string name)
    {
        string code = $$"""{"file_name":"{{name}}","source":"pass","explanation":"E","met_criteria":[{"criterion":"A","how":"so"}]}""";
        await using Desk desk = await Desk.OpenAsync(Made.Exchange(code, "code"));

        var error = await Assert.ThrowsAsync<AnswerException>(() => desk.Programmer.CodeAsync("a ticket"));

        Assert.Contains("it must be a file name", error.Message);
    }

    [Fact]
    public async Task Answer_that_was_cut_off_is_asked_for_again_and_not_kept()
    {
        await using Desk desk = await Desk.OpenAsync(Made.Exchange("{\"title\":\"T", "ticket", reason: "length", messages: 2), Made.Exchange(Made.Ticket, "ticket", messages: 4));

        await desk.Programmer.TicketAsync("an option");
        await desk.Programmer.TicketAsync("an option");

        Assert.Equal(2, desk.Server.Requests); // The half was not kept; its repair was.
        Assert.Equal(1, desk.Client.Statistics.NotKept);
    }

    [Fact]
    public async Task Refusal_is_an_error_and_not_kept()
    {
        await using Desk desk = await Desk.OpenAsync(Made.Exchange("", "ticket", refusal: "I would rather not."));

        var error = await Assert.ThrowsAsync<AnswerException>(() => desk.Programmer.TicketAsync("an option"));
        await Assert.ThrowsAsync<AnswerException>(() => desk.Programmer.TicketAsync("an option"));

        Assert.Contains("refused to answer 'ticket': I would rather not.", error.Message);
        Assert.Equal(2, desk.Server.Requests); // No repair was tried.
    }

    [Fact]
    public async Task Answer_that_a_filter_withheld_is_an_error_and_not_kept()
    {
        await using Desk desk = await Desk.OpenAsync(Made.Exchange("", "ticket", reason: "content_filter"));

        var error = await Assert.ThrowsAsync<AnswerException>(() => desk.Programmer.TicketAsync("an option"));

        Assert.Contains("withheld the model's answer to 'ticket'", error.Message);
        Assert.Equal((1, 1), (desk.Server.Requests, desk.Client.Statistics.NotKept));
    }

    [Fact]
    public async Task Rate_limit_is_waited_out_until_the_time_that_the_service_names()
    {
        DateTimeOffset until = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 3);
        await using Desk desk = await Desk.OpenAsync(Made.Failure(429, retryAfter: until.ToString("R")), Made.Exchange(Made.Ticket) with { When = new RequestMatch() });

        await desk.Programmer.TicketAsync("an option");

        Assert.True(DateTimeOffset.UtcNow > until - TimeSpan.FromMilliseconds(100), $"It was asked again before {until:O}.");
        Assert.Equal(2, desk.Server.Requests);
    }

    [Fact]
    public async Task Rate_limit_is_waited_out_as_long_as_the_service_says()
    {
        await using Desk desk = await Desk.OpenAsync(Made.Failure(429, retryAfter: "2"), Made.Exchange(Made.Ticket) with { When = new RequestMatch() });
        long began = Stopwatch.GetTimestamp();

        await desk.Programmer.TicketAsync("an option");

        // A timer may be some milliseconds early; without the header the client would wait 0.8 s.
        TimeSpan waited = Stopwatch.GetElapsedTime(began);
        Assert.True(waited > TimeSpan.FromSeconds(1.9), $"It waited {waited}.");
        Assert.Equal(2, desk.Server.Requests);
        Assert.Equal(ChatAnswerOrigin.Provider, Assert.Single(desk.Reports).Origin);
    }

    [Fact]
    public async Task Rate_limit_that_lasts_too_long_is_an_error_at_once()
    {
        await using Desk desk = await Desk.OpenAsync(Made.Failure(429, retryAfter: "3600"));

        var error = await Assert.ThrowsAsync<ModelException>(() => desk.Programmer.TicketAsync("an option").WaitAsync(Patience));

        Assert.Equal(429, error.Status);
        Assert.Contains("rate limited (429, retry after 3600 s)", error.Message);
        Assert.Equal(1, desk.Server.Requests);
    }

    [Theory]
    [InlineData(500, 2, "answered 500")]
    [InlineData(503, 2, "answered 503")]
    [InlineData(400, 1, "answered 400")]
    [InlineData(401, 1, "does not accept the key (401)")]
    public async Task Failure_is_tried_again_where_that_may_help_and_is_not_kept(int status, int requests, string message)
    {
        await using Desk desk = await Desk.OpenAsync([.. Enumerable.Repeat(Made.Failure(status), requests), Made.Exchange(Made.Ticket) with { When = new RequestMatch() }]);

        var error = await Assert.ThrowsAsync<ModelException>(() => desk.Programmer.TicketAsync("an option"));

        Assert.Contains(message, error.Message);
        Assert.Equal(requests, desk.Server.Requests);
        Assert.Equal("T", (await desk.Programmer.TicketAsync("an option")).Title);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>Bad gateway</html>")]
    [InlineData("{\"choices\":")]
    public async Task What_is_no_completion_is_an_error_and_not_kept(string body)
    {
        await using Desk desk = await Desk.OpenAsync(Made.Raw(body), Made.Exchange(Made.Ticket) with { When = new RequestMatch() });

        var error = await Assert.ThrowsAsync<ModelException>(() => desk.Programmer.TicketAsync("an option"));

        Assert.Contains("answered what is no chat completion", error.Message);
        Assert.Equal("T", (await desk.Programmer.TicketAsync("an option")).Title);
    }

    [Theory]
    [InlineData("{\"error\":{\"message\":\"There is no model 'x'.\"}}", "answered 404: There is no model 'x'.")]
    [InlineData("{\"error\":\"model \\u0027x\\u0027 not found\"}", "answered 404: model 'x' not found")]
    [InlineData("{\"error\":7}", "answered 404: {\"error\":7}")]
    [InlineData("<html>Not here</html>", "answered 404: <html>Not here</html>")]
    [InlineData("", "answered 404: It said nothing.")]
    public async Task What_a_service_says_of_a_failure_is_told_as_it_means_it(string body, string message)
    {
        await using Desk desk = await Desk.OpenAsync(Made.Raw(body) with { Status = 404 });

        var error = await Assert.ThrowsAsync<ModelException>(() => desk.Programmer.TicketAsync("an option"));

        Assert.EndsWith(message, error.Message);
    }

    [Fact]
    public async Task What_the_client_cannot_send_is_no_fault_of_the_service()
    {
        await using Desk desk = await Desk.OpenAsync(Made.Exchange(Made.Ticket));
        ChatMessage[] image = [new(ChatRole.User, [new DataContent(new byte[] { 1 }, "image/png")])];

        var error = await Assert.ThrowsAsync<NotSupportedException>(() => desk.Model.GetResponseAsync(image));

        Assert.Equal("This client sends text only, and no DataContent.", error.Message);
    }

    [Fact]
    public async Task Connection_that_breaks_in_the_middle_is_tried_again()
    {
        await using Desk desk = await Desk.OpenAsync(Made.Exchange(Made.Ticket, cutAfter: 50), Made.Exchange(Made.Ticket));

        Assert.Equal("T", (await desk.Programmer.TicketAsync("an option")).Title);

        Assert.Equal(2, desk.Server.Requests);
    }

    [Fact]
    public async Task Service_that_cannot_be_reached_is_an_error_that_says_where()
    {
        Desk desk = await Desk.OpenAsync(Made.Exchange(Made.Ticket));
        await desk.Server.DisposeAsync();

        var error = await Assert.ThrowsAsync<ModelException>(() => desk.Programmer.TicketAsync("an option"));

        Assert.Contains("http://127.0.0.1:", error.Message);
        Assert.Contains("cannot be reached: Connection refused", error.Message);
        desk.Client.Dispose();
    }

    [Fact]
    public async Task Slow_answer_can_be_given_up_and_one_that_takes_too_long_is_an_error()
    {
        await using ReplayServer server = await ReplayServer.StartAsync(Recording.Of("slow", Made.Exchange(Made.Ticket, delay: 600_000)));
        await using Cache cache = Cache.Create();
        using LarderChatClient patient = new OpenAIChatClient(Desk.Options(server)).UseLarder(cache);
        using var impatience = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new Programmer(patient, Language.Python).TicketAsync("an option", impatience.Token).WaitAsync(Patience));

        using LarderChatClient limited = new OpenAIChatClient(Desk.Options(server) with { Retries = 0, Timeout = TimeSpan.FromMilliseconds(300) }).UseLarder(cache);
        var error = await Assert.ThrowsAsync<ModelException>(() => new Programmer(limited, Language.Python).TicketAsync("an option").WaitAsync(Patience));
        Assert.EndsWith("did not answer in time.", error.Message);
    }

    [Fact]
    public async Task Old_answer_stands_in_while_the_service_fails()
    {
        var time = new ManualTimeProvider();
        await using Cache cache = Cache.Create(options => options.TimeProvider = time);
        await using ReplayServer server = await ReplayServer.StartAsync(Recording.Of("fails later", [Made.Exchange(Made.Ticket) with { When = new RequestMatch() }, Made.Failure(503)]));
        using LarderChatClient client = new OpenAIChatClient(Desk.Options(server) with { Retries = 0 }).UseLarder(cache, options => options.TimeProvider = time);
        List<AnswerReport> reports = [];
        var programmer = new Programmer(client, Language.Python) { Answered = reports.Add };

        await programmer.TicketAsync("an option");
        time.Advance(TimeSpan.FromDays(45));

        Assert.Equal("T", (await programmer.TicketAsync("an option")).Title);
        Assert.Equal([ChatAnswerOrigin.Provider, ChatAnswerOrigin.Stale], reports.Select(report => report.Origin));
        Assert.Equal(2, server.Requests);
    }
}
