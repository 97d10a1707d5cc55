using System.Buffers;
using Larder.Redis.Resp;

namespace Larder.Redis.Connections;

/// <content>Writing.</content>
internal sealed partial class RedisConnection
{
    private const int KeptBufferBytes = 1024 * 1024;

    // Servers read so much at a time: nothing is gained by holding more.
    private const int FullWriteBytes = 16 * 1024;

    private static readonly RedisCommand Asking = RedisCommand.About("ASKING");

    /// <summary>Sends what has gathered, on this thread, unless somebody is at it.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            if (_writing || _closed is not null || _outgoing.WrittenCount == 0)
                return;
            _writing = true;
        }

        _ = WriteAsync();
    }

    void IThreadPoolWorkItem.Execute() => _ = WriteAsync();

    private async ValueTask<RespValue> WaitAndSendAsync(RedisCommand command, bool asking, PendingReply reply, Task room, CancellationToken cancellationToken)
    {
        do
            await room.WaitAsync(cancellationToken).ConfigureAwait(false);
        while (!TrySend(command, asking, reply, out room!));
        return await reply.Task.ConfigureAwait(false);
    }

    private bool TrySend(RedisCommand command, bool asking, PendingReply reply, out Task? room)
    {
        room = null;
        bool start;
        bool quiet;
        ReplyBatch? batch = ReplyBatch.Running;
        lock (_gate)
        {
            if (_closed is not null)
            {
                reply.Fail(Lost(_closed, wasSent: false));
                reply.Complete(); // Nobody waits for it yet.
                return true;
            }

            if (_pending.Count >= MaxPending || _outgoing.WrittenCount >= MaxOutgoingBytes)
            {
                room = (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
                return false;
            }

            quiet = batch is not null || _pending.Count == 0;
            if (asking)
                Asking.WriteTo(_outgoing);
            command.WriteTo(_outgoing);
            _pending.Enqueue(reply);
            _unsentCommands++;
            start = !_writing && (batch is null || _outgoing.WrittenCount >= FullWriteBytes || !batch.Hold(this));
            _writing |= start;
        }

        if (start && quiet)
            _ = WriteAsync();
        else if (start)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return true;
    }

    private async Task WriteAsync()
    {
        try
        {
            while (Take() is { } batch)
            {
                await _stream.WriteAsync(batch.WrittenMemory, CancellationToken.None).ConfigureAwait(false);
                _traffic.SentBytes(batch.WrittenCount);
                batch.ResetWrittenCount();
            }
        }
        catch (Exception error)
        {
            Close(error);
        }
    }

    // What has gathered, or nothing: then there is no writer any more.
    private ArrayBufferWriter<byte>? Take()
    {
        TaskCompletionSource? room;
        ArrayBufferWriter<byte> batch;
        lock (_gate)
        {
            if (_outgoing.WrittenCount == 0 || _closed is not null)
            {
                _writing = false;
                return null;
            }

            _traffic.Sent(_unsentCommands);
            _unsentCommands = 0;
            batch = _outgoing;
            // The other buffer was sent before this is asked for again. A big one is not kept.
            _outgoing = _spare.Capacity > KeptBufferBytes ? new ArrayBufferWriter<byte>() : _spare;
            _spare = batch;
            room = TakeRoom();
        }

        room?.SetResult();
        return batch;
    }
}
