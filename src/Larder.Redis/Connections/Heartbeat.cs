namespace Larder.Redis.Connections;

/// <summary>How a connection is watched.</summary>
/// <param name="Interval">After how much silence the server is asked for a sign of life.</param>
/// <param name="Timeout">How long an answer may be due without a byte coming.</param>
/// <param name="Time">Where time comes from.</param>
internal readonly record struct HeartbeatTimes(TimeSpan Interval, TimeSpan Timeout, TimeProvider Time);

/// <summary>
/// Notices a server, or a network, that is silent without having closed the connection: asks for a sign of life when
/// nothing is under way, and ends the connection when an answer is due and nothing has come for too long.
/// </summary>
/// <remarks>A connection is given up at most <c>Interval + Timeout</c> and two ticks after the last byte.</remarks>
internal sealed class Heartbeat : IDisposable
{
    private readonly RedisConnection _connection;
    private readonly HeartbeatTimes _times;
    private readonly TimeSpan _period;
    private readonly ITimer _timer;
    private readonly Lock _gate = new(); // Protects the fields below: ticks may overlap on a loaded machine.
    private PendingReply? _oldest;
    private long _received = -1;
    private long _since;

    public Heartbeat(RedisConnection connection, HeartbeatTimes times)
    {
        _connection = connection;
        _times = times;
        _period = TimeSpan.FromTicks(Math.Max(TimeSpan.TicksPerMillisecond, Math.Min(times.Interval.Ticks, times.Timeout.Ticks) / 4));
        _since = times.Time.GetTimestamp();
        _timer = times.Time.CreateTimer(static self => ((Heartbeat)self!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Start() => _timer.Change(_period, _period);

    public void Dispose() => _timer.Dispose();

    private void Tick()
    {
        bool beat = false;
        lock (_gate)
        {
            (PendingReply? oldest, long received) = _connection.Progress;
            if (!ReferenceEquals(oldest, _oldest) || received != _received)
            {
                (_oldest, _received, _since) = (oldest, received, _times.Time.GetTimestamp());
                return;
            }

            TimeSpan silent = _times.Time.GetElapsedTime(_since);
            if (oldest is null)
                beat = silent >= _times.Interval;
            else if (silent >= _times.Timeout)
                _connection.Close(new TimeoutException($"{_connection.Server} has owed an answer for {silent.TotalMilliseconds:0} ms (the command timeout is {_times.Timeout.TotalMilliseconds:0} ms)."));
        }

        if (beat)
            _connection.Beat();
    }
}
