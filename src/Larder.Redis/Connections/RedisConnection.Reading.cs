using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Larder.Redis.Resp;

namespace Larder.Redis.Connections;

/// <content>Reading.</content>
internal sealed partial class RedisConnection
{
    private const int ReadBufferBytes = 64 * 1024;
    private const int MaxMatchedAtOnce = 64;

    // While bytes keep coming, so many answers are gathered before they are handed out.
    private const int ManyAnswers = 128;

    // The reading loop's alone.
    private readonly PipeReader _reader;
    private readonly RespParser _parser;
    private readonly Action _onRead;
    private readonly RespValue[] _answers = new RespValue[MaxMatchedAtOnce];
    private ConfiguredValueTaskAwaitable<ReadResult>.ConfiguredValueTaskAwaiter _reading;
    private RespValue _before; // The push that came last, if nothing else has.
    private ReplyBatch _batch; // Answers that are about to be handed out.
    private int _answerCount;
    private long _received; // Written by the reading loop only.

    private void Read() => Read(_reading);

    private void Read(ConfiguredValueTaskAwaitable<ReadResult>.ConfiguredValueTaskAwaiter reading)
    {
        try
        {
            while (reading.IsCompleted)
            {
                ReadResult result = reading.GetResult();
                ReadOnlySequence<byte> buffer = result.Buffer;
                long before = buffer.Length;
                Receive(ref buffer);
                _reader.AdvanceTo(buffer.Start, buffer.End);
                _traffic.ReceivedBytes(before - buffer.Length);
                Volatile.Write(ref _received, _received + Math.Max(1, before - buffer.Length));
                if (result.IsCompleted)
                    throw new EndOfStreamException("The server closed the connection.");
                reading = AwaiterOf(_reader.ReadAsync());
                if (_batch.Count >= ManyAnswers && reading.IsCompleted)
                    ThreadPool.UnsafeQueueUserWorkItem(TakeBatch(), preferLocal: false);
            }
        }
        catch (Exception error)
        {
            Close(error);
            _reader.Complete();
            TakeBatch().Run();
            return;
        }

        // From the registration on, the loop goes on somewhere else.
        ReplyBatch? batch = _batch.Count > 0 ? TakeBatch() : null;
        _reading = reading;
        reading.UnsafeOnCompleted(_onRead);
        batch?.Run();
    }

    private static ConfiguredValueTaskAwaitable<ReadResult>.ConfiguredValueTaskAwaiter AwaiterOf(ValueTask<ReadResult> read) => read.ConfigureAwait(false).GetAwaiter();

    private ReplyBatch TakeBatch()
    {
        ReplyBatch batch = _batch;
        _batch = _watch.Rent();
        return batch;
    }

    // Answers are gathered, so that the gate is taken once for many; a push is told when those before it have their callers.
    private void Receive(ref ReadOnlySequence<byte> buffer)
    {
        try
        {
            while (_parser.TryRead(ref buffer, out RespValue value))
            {
                if (value.Kind == RespKind.Push)
                {
                    Match();
                    ReceivePush(value);
                }
                else
                {
                    _answers[_answerCount++] = value;
                    if (_answerCount == _answers.Length)
                        Match();
                }
            }
        }
        finally
        {
            Match(); // Also what came before bytes that are no reply.
        }
    }

    // Finds out whose the answers are.
    private void Match()
    {
        int count = _answerCount;
        if (count == 0)
            return;
        _answerCount = 0;
        _before = RespValue.Null;
        TaskCompletionSource? room;
        int matched = 0;
        lock (_gate)
        {
            if (_closed is not null)
                return;
            for (; matched < count && _pending.TryPeek(out PendingReply? reply); matched++)
            {
                if (reply.Take(_answers[matched]))
                    _batch.Add(_pending.Dequeue());
            }

            room = TakeRoom();
        }

        room?.SetResult();
        RespValue next = matched < count ? _answers[matched] : RespValue.Null;
        Array.Clear(_answers, 0, count);
        if (matched < count)
            throw new RedisProtocolException($"The server answered {next}, and nothing was asked.");
    }

    private void ReceivePush(in RespValue push)
    {
        bool isAnswer = false;
        TaskCompletionSource? room = null;
        lock (_gate)
        {
            if (_closed is not null)
                return;
            if (_pending.TryPeek(out PendingReply? oldest) && oldest.IsSubscription && IsSubscribed(push))
            {
                isAnswer = true;
                if (oldest.Take(push))
                    _batch.Add(_pending.Dequeue());
                room = TakeRoom();
            }
        }

        room?.SetResult();
        if (!isAnswer)
            _observer.OnPush(push, _before);
        _before = isAnswer ? RespValue.Null : push;
    }

    private static bool IsSubscribed(in RespValue push) => push.Elements is [{ Kind: RespKind.Blob } what, ..] && what.Bytes.AsSpan().SequenceEqual("subscribe"u8);
}
