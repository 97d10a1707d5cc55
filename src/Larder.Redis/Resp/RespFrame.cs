namespace Larder.Redis.Resp;

/// <summary>An aggregate that is being read.</summary>
/// <param name="kind">What it will be; <see langword="null"/> for an attribute, which is dropped.</param>
/// <param name="expected">How many values it announced, or <see cref="Unknown"/> when it is streamed.</param>
internal sealed class RespFrame(RespKind? kind, int expected)
{
    /// <summary>As many as come before the mark that ends them.</summary>
    public const int Unknown = -1;

    // An announced count is believed only so far: room for more is made when more has come.
    private const int BelievedAtOnce = 4096;

    private RespValue[] _values = expected == 0 ? [] : new RespValue[expected == Unknown ? 4 : Math.Min(expected, BelievedAtOnce)];
    private int _count;

    public RespKind? Kind => kind;

    public bool IsFull => _count == expected;

    /// <summary>Whether the mark that ends streamed aggregates may stand here.</summary>
    public bool CanEnd => expected == Unknown && (kind != RespKind.Map || _count % 2 == 0);

    public void Add(in RespValue value)
    {
        if (_count == _values.Length)
            Array.Resize(ref _values, expected == Unknown ? _count * 2 : (int)Math.Min(expected, _count * 2L));
        _values[_count++] = value;
    }

    public RespValue[] ToArray() => _count == _values.Length ? _values : _values[.._count];
}
