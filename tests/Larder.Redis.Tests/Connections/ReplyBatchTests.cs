using System.Text;
using Larder.Redis.Connections;
using Larder.Redis.Resp;

namespace Larder.Redis.Tests.Connections;

/// <summary>Answers that come together are handed out on one thread; what their callers do there must be nobody else's business.</summary>
public sealed class ReplyBatchTests : IConnectionObserver, IAsyncDisposable
{
    private readonly ScriptedStream _server = new();
    private readonly RedisConnection _connection;

    public ReplyBatchTests() => _connection = new RedisConnection(
        _server, "scripted", new RespLimits(), this, new Traffic(), new HeartbeatTimes(TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(10), TimeProvider.System));

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    void IConnectionObserver.OnPush(RespValue push, RespValue before)
    {
    }

    [Fact]
    public async Task Answers_are_handed_out_in_order_each_to_its_caller()
    {
        ValueTask<RespValue>[] calls = [.. Enumerable.Range(0, 200).Select(i => Send($"{i}"))];

        _server.Say(string.Concat(Enumerable.Range(0, 200).Select(i => $":{i}\r\n")));

        for (int i = 0; i < calls.Length; i++)
            Assert.Equal(i, (await calls[i].AsTask().Soon()).Integer);
    }

    [Fact]
    public async Task Caller_that_blocks_until_one_behind_it_has_its_answer_gets_it()
    {
        Task<RespValue> last = Task.FromResult(RespValue.Null);
        Task first = BlockAsync(Send("first"));
        Task<RespValue> middle = AnswerOf(Send("middle"));
        last = AnswerOf(Send("last"));

        _server.Say(":1\r\n:2\r\n:3\r\n");

        await first.Soon();
        Assert.Equal(2, (await middle.Soon()).Integer);

        async Task BlockAsync(ValueTask<RespValue> call)
        {
            Assert.Equal(1, (await call.ConfigureAwait(false)).Integer);
            Assert.True(last.Wait(TimeSpan.FromSeconds(30)), "The last caller has no answer.");
        }
    }

    [Fact]
    public async Task Command_of_a_caller_is_sent_although_the_caller_behind_it_blocks()
    {
        using var sent = new ManualResetEventSlim();
        Task one = SendAgainAsync(Send("one"));
        Task two = BlockAsync(Send("two"));

        _server.Say(":1\r\n:2\r\n");

        await Waiting.UntilAsync(() => Written().Contains("again", StringComparison.Ordinal), "The command is held.");
        sent.Set();
        await two.Soon();
        _server.Say(":3\r\n");
        await one.Soon();

        async Task SendAgainAsync(ValueTask<RespValue> call)
        {
            await call.ConfigureAwait(false);
            await Send("again").ConfigureAwait(false);
        }

        async Task BlockAsync(ValueTask<RespValue> call)
        {
            await call.ConfigureAwait(false);
            Assert.True(sent.Wait(TimeSpan.FromSeconds(60)), "Nobody has let it go on.");
        }
    }

    [Fact]
    public async Task Caller_that_blocks_on_its_own_next_command_gets_the_answer()
    {
        Task one = BlockAsync(Send("one"));
        Task<RespValue> two = AnswerOf(Send("two"));

        _server.Say(":1\r\n:2\r\n");
        await Waiting.UntilAsync(() => Written().Contains("again", StringComparison.Ordinal), "The command is held.");
        _server.Say(":3\r\n");

        await one.Soon();
        Assert.Equal(2, (await two.Soon()).Integer);

        async Task BlockAsync(ValueTask<RespValue> call)
        {
            await call.ConfigureAwait(false);
            Task<RespValue> again = AnswerOf(Send("again"));
            Assert.True(again.Wait(TimeSpan.FromSeconds(30)), "There is no answer.");
        }
    }

    [Fact]
    public async Task Commands_that_callers_send_when_they_have_their_answers_go_out_together()
    {
        const int Callers = 16;
        const int Rounds = 100;
        string answers = string.Concat(Enumerable.Repeat("+OK\r\n", Callers));
        Task[] callers = [.. Enumerable.Range(0, Callers).Select(async _ =>
        {
            for (int i = 0; i < Rounds; i++)
                await Send("next").ConfigureAwait(false);
        })];

        for (int round = 1; round <= Rounds; round++)
        {
            await Waiting.UntilAsync(() => Commands() == round * Callers, "Not all commands were sent.");
            _server.Say(answers);
        }

        await Task.WhenAll(callers).Soon();
        // One a round but for the first, in which each comes by itself, and where the machine is so busy that the callers seem to take long.
        Assert.InRange(_server.Writes.Length, Rounds, 4 * Rounds);

        int Commands() => Written().Split("next").Length - 1;
    }

    [Fact]
    public async Task What_one_caller_leaves_behind_on_the_thread_is_not_the_next_ones()
    {
        var local = new AsyncLocal<string>();
        var seen = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        Send("one").GetAwaiter().UnsafeOnCompleted(() =>
        {
            local.Value = "the first one's";
            SynchronizationContext.SetSynchronizationContext(new SynchronizationContext());
        });
        Send("two").GetAwaiter().UnsafeOnCompleted(() => seen.SetResult(local.Value ?? SynchronizationContext.Current?.ToString()));

        _server.Say(":1\r\n:2\r\n");

        Assert.Null(await seen.Task.Soon());
    }

    [Fact]
    public async Task Answers_that_came_before_the_end_are_handed_out_and_the_rest_fails()
    {
        ValueTask<RespValue>[] calls = [.. Enumerable.Range(0, 3).Select(i => Send($"{i}"))];

        _server.Say(":0\r\n:1\r\nthis is no answer\r\n");

        Assert.Equal(0, (await calls[0].AsTask().Soon()).Integer);
        Assert.Equal(1, (await calls[1].AsTask().Soon()).Integer);
        var lost = await Assert.ThrowsAsync<RedisConnectionException>(() => calls[2].AsTask().Soon());
        Assert.True(lost.MayHaveBeenCarriedOut);
        Assert.Contains("is no type of RESP3", lost.Message, StringComparison.Ordinal);
    }

    private static async Task<RespValue> AnswerOf(ValueTask<RespValue> call) => await call.ConfigureAwait(false);

    private ValueTask<RespValue> Send(string word) => _connection.ExecuteAsync(RedisCommand.About(word), asking: false, default);

    private string Written() => string.Concat(_server.Writes.Select(Encoding.ASCII.GetString));
}
