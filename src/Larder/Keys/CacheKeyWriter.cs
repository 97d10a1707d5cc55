using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using Larder.Keys;

namespace Larder;

/// <summary>
/// Writes the key of a function's result: the function, then each argument in a canonical encoding, so that two calls
/// share a key exactly when function and arguments are the same.
/// </summary>
/// <remarks>
/// <para>The encoding does not depend on culture, machine or run. <c>(1, "2")</c> and <c>("1", 2)</c> differ, as do
/// <see langword="null"/> and <c>"null"</c>; sets and dictionaries are the same in any order. What a function could
/// tell apart is apart: a false miss costs one call, a false hit is a wrong answer. docs/keys.md has it type by type.</para>
/// <para>Each value begins with <c>/</c> and a tag, and tells where it ends: text and bytes by a length in front,
/// composites by <c>/end</c>, everything else since it contains no <c>/</c>. So values can be written one after the
/// other and still be told apart.</para>
/// <para>A key of more than <see cref="MaxLength"/> characters is cut to its beginning, <c>#</c> and a 128-bit hash of
/// the whole, and is then always one longer than <see cref="MaxLength"/>: no cut key equals a whole one.</para>
/// <para>Pass it on by reference, and <see cref="Dispose"/> it where it was made. The key is what <see cref="Finish"/>
/// returns, good until then.</para>
/// </remarks>
public ref partial struct CacheKeyWriter
{
    /// <summary>The version of the encoding, which begins every key: a later one never reads what this one wrote.</summary>
    public const int FormatVersion = 1;

    /// <summary>The most characters of a key that is kept whole.</summary>
    public const int MaxLength = 256;

    // A list that contains itself must end in an error, not in a stack overflow.
    private const int MaxDepth = 64;
    private const int HeadLength = MaxLength - KeyHash.Length;
    private const int SpareLength = 512;
    private const string Version = "m1/";

    // A thread's own buffer. While a key is in it, who writes a key meanwhile gets another, which is then the thread's;
    // so does the next key after one that was never given back.
    [ThreadStatic]
    private static Paper? _paper;

    private Span<char> _buffer;
    private char[]? _rented;
    private Paper? _own;
    private int _length;
    private int _depth;
    private bool _finished;

    /// <summary>Starts a key.</summary>
    /// <param name="head">The function: what <see cref="CreateHead(string)"/> returned.</param>
    /// <param name="buffer">Where to write, usually on the stack; a longer key takes a pooled buffer. 256 characters fit every key that is kept whole.</param>
    /// <exception cref="ArgumentException"><paramref name="head"/> was not made by <see cref="CreateHead(string)"/>.</exception>
    public CacheKeyWriter(string head, Span<char> buffer)
    {
        ArgumentNullException.ThrowIfNull(head);
        if (!head.StartsWith(Version, StringComparison.Ordinal))
            throw NotAHead(head);
        _buffer = buffer;
        Write(head);
    }

    /// <summary>Starts a key in a buffer that belongs to this thread: cheaper than one on the stack, which has to be cleared.</summary>
    /// <param name="head">The function: what <see cref="CreateHead(string)"/> returned.</param>
    /// <exception cref="ArgumentException"><paramref name="head"/> was not made by <see cref="CreateHead(string)"/>.</exception>
    public CacheKeyWriter(string head)
    {
        ArgumentNullException.ThrowIfNull(head);
        Paper? own = _paper;
        if (own is null || own.Taken)
            own = NewPaper();
        if (!ReferenceEquals(own.Head, head))
            Begin(own, head);
        own.Taken = true;
        _own = own;
        _buffer = own.Characters;
        if (own.Head is null)
            Write(head);
        else
            _length = head.Length;
    }

    /// <summary>The beginning of the keys of a function that has a name of its own. Make it once and keep it.</summary>
    /// <param name="name">A name that belongs to this function alone, such as <c>weather</c>. Any text but the empty one.</param>
    public static string CreateHead(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);

        // A raw '/' would begin a value and a raw '@' a signature.
        return Version + StoredKey.Escape(name).Replace("/", "%2F", StringComparison.Ordinal).Replace("@", "%40", StringComparison.Ordinal);
    }

    /// <summary>The beginning of the keys of a function that is known by its full signature. Make it once and keep it.</summary>
    /// <param name="name">What a reader of keys should see, such as <c>WeatherService.GetAsync</c>.</param>
    /// <param name="signature">Everything that tells the function apart: assembly, type, method, type arguments, parameter and return types. Kept as a 128-bit hash.</param>
    public static string CreateHead(string name, string signature)
    {
        ArgumentNullException.ThrowIfNull(signature);
        Span<char> hash = stackalloc char[KeyHash.Length];
        KeyHash.Write(signature, hash);
        return $"{CreateHead(name)}@{hash}";
    }

    /// <summary>Ends the key.</summary>
    /// <returns>The key's characters, good until <see cref="Dispose"/>.</returns>
    /// <exception cref="InvalidOperationException">Something was begun and not ended.</exception>
    public ReadOnlySpan<char> Finish()
    {
        if (!_finished)
        {
            if (_depth != 0)
                throw new InvalidOperationException($"{_depth} tuples or objects of the key were begun and not ended.");
            if (_length > MaxLength)
                Cut();

            // No room is left, so whatever is appended later has to grow first, which refuses it.
            _buffer = _buffer[.._length];
            _finished = true;
        }

        return _buffer;
    }

    /// <summary>Ends the key and returns it as a string.</summary>
    /// <exception cref="InvalidOperationException">Something was begun and not ended.</exception>
    public override string ToString() => Finish().ToString();

    /// <summary>Gives a pooled buffer back. The key must not be used afterwards.</summary>
    public void Dispose()
    {
        Release();
        _buffer = default;
        _length = 0;
        _finished = true;
    }

    /// <summary>The key's characters, when it is kept whole: as <see cref="Finish"/>, without ending it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ReadOnlySpan<char> Glance() => _depth == 0 && _length <= MaxLength ? _buffer[.._length] : Finish();

    /// <summary>The key (<see cref="Glance"/>) and its hash (<see cref="LookupHash.Of"/>).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal uint Hash(uint seed, out ReadOnlySpan<char> key)
    {
        key = Glance();
        return _own is { Head: not null } own && LookupHash.CanGoOn(key.Length, own.Hashed) && own.Seed == seed
            ? LookupHash.GoOn(own.HeadState, own.Hashed, key)
            : HashAnew(seed, key);
    }

    /// <summary>Gives the buffers back, for a writer that nobody looks at again.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Release()
    {
        if (_own is { } own)
        {
            own.Taken = false;
            _own = null;
        }

        if (_rented is not null)
            ReturnRented();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ReturnRented()
    {
        ArrayPool<char>.Shared.Return(_rented!);
        _rented = null;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly uint HashAnew(uint seed, ReadOnlySpan<char> key)
    {
        if (_own is { Head: { } head } own && (own.Hashed == 0 || own.Seed != seed))
        {
            own.HeadState = LookupHash.Begin(head, seed, out int hashed);
            (own.Hashed, own.Seed) = (hashed, seed);
            // Where callers of several partitions take turns, nothing is hashed twice.
            if (LookupHash.CanGoOn(key.Length, hashed))
                return LookupHash.GoOn(own.HeadState, hashed, key);
        }

        return LookupHash.Of(key, seed);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Paper NewPaper() => _paper = new Paper();

    // One that reaches to where a long key is cut would not stay what it is.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Begin(Paper own, string head)
    {
        if (!head.StartsWith(Version, StringComparison.Ordinal))
            throw NotAHead(head);
        own.Head = head.Length <= HeadLength ? head : null;
        own.Hashed = 0;
        own.Head?.CopyTo(own.Characters);
    }

    private static ArgumentException NotAHead(string head) =>
        new($"The head '{head}' does not begin with '{Version}'. Make it with CacheKeyWriter.CreateHead.", nameof(head));

    private void Cut()
    {
        Span<char> hash = stackalloc char[KeyHash.Length];
        KeyHash.Write(_buffer[.._length], hash);
        _buffer[HeadLength] = '#';
        hash.CopyTo(_buffer[(HeadLength + 1)..]);
        _length = MaxLength + 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<char> Reserve(int length)
    {
        if (length > _buffer.Length - _length)
            Grow(length);
        return _buffer[_length..];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(int atLeast)
    {
        if (_finished)
            throw new InvalidOperationException("The key is finished; nothing can be appended to it.");
        char[] larger = ArrayPool<char>.Shared.Rent(Math.Max(checked(_length + atLeast), Math.Min(_buffer.Length * 2, Array.MaxLength)));
        _buffer[.._length].CopyTo(larger);
        if (_rented is not null)
            ArrayPool<char>.Shared.Return(_rented);
        _buffer = _rented = larger;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Write(scoped ReadOnlySpan<char> text)
    {
        text.CopyTo(Reserve(text.Length));
        _length += text.Length;
    }

    /// <summary>Writes a tag and a value whose text takes at most <paramref name="most"/> characters and contains no <c>/</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void WriteFormatted<T>(string tag, T value, int most, string? format = null)
        where T : ISpanFormattable
    {
        Span<char> room = Reserve(tag.Length + most);
        tag.CopyTo(room);
        if (!value.TryFormat(room[tag.Length..], out int written, format, CultureInfo.InvariantCulture))
            throw new InvalidOperationException($"A {typeof(T)} took more than {most} characters.");
        _length += tag.Length + written;
    }

    /// <summary>Writes a tag, a length and that many characters of any kind.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void WriteText(string tag, scoped ReadOnlySpan<char> text)
    {
        // Most texts are short: one reservation, and no call to format the length.
        Span<char> room = Reserve(checked(tag.Length + 12 + text.Length));
        tag.CopyTo(room);
        int at = tag.Length;
        int length = text.Length;
        if (length < 10)
        {
            room[at++] = (char)('0' + length);
        }
        else if (length < 100)
        {
            room[at++] = (char)('0' + (length / 10));
            room[at++] = (char)('0' + (length % 10));
        }
        else
        {
            length.TryFormat(room[at..], out int written, default, CultureInfo.InvariantCulture);
            at += written;
        }

        room[at++] = '_';
        text.CopyTo(room[at..]);
        _length += at + length;
    }

    private sealed class Paper
    {
        public char[] Characters { get; } = new char[SpareLength];

        /// <summary>What the characters begin with whatever key was written last: the next call of the same function need not write it again.</summary>
        public string? Head { get; set; }

        /// <summary>How much of the head is hashed, with <see cref="Seed"/>, to <see cref="HeadState"/>: done once for all the keys that begin with it.</summary>
        public int Hashed { get; set; }

        public uint Seed { get; set; }

        public ulong HeadState { get; set; }

        public bool Taken { get; set; }
    }
}
