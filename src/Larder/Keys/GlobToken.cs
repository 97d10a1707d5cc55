namespace Larder.Keys;

/// <summary>One step of a <see cref="GlobPattern"/>: one character, one of a set, any one, or a run of any.</summary>
internal readonly struct GlobToken
{
    private readonly Kind _kind;
    private readonly int _literal;
    private readonly (int First, int Last)[]? _ranges;

    private GlobToken(Kind kind, int literal = 0, (int First, int Last)[]? ranges = null)
    {
        _kind = kind;
        _literal = literal;
        _ranges = ranges;
    }

    private enum Kind : byte
    {
        Literal,
        Any,
        In,
        NotIn,
        Run,
    }

    /// <summary>Any one character.</summary>
    public static GlobToken Any => new(Kind.Any);

    /// <summary>Any characters, or none.</summary>
    public static GlobToken Run => new(Kind.Run);

    public bool IsRun => _kind == Kind.Run;

    /// <summary>Exactly one character.</summary>
    public static GlobToken Literal(int character) => new(Kind.Literal, character);

    /// <summary>One character inside the ranges, or outside all of them.</summary>
    public static GlobToken Set((int First, int Last)[] ranges, bool negated) => new(negated ? Kind.NotIn : Kind.In, ranges: ranges);

    /// <summary>Whether a token that is no run takes the character.</summary>
    public bool Accepts(int character) => _kind switch
    {
        Kind.Literal => character == _literal,
        Kind.Any => true,
        Kind.In => IsInRanges(character),
        Kind.NotIn => !IsInRanges(character),
        _ => false,
    };

    private bool IsInRanges(int character)
    {
        foreach ((int first, int last) in _ranges!)
        {
            if (character >= first && character <= last)
                return true;
        }

        return false;
    }
}
