using System.Collections;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Larder.Keys;

namespace Larder;

/// <content>How values that hold other values are written: a tag, the values, <c>/end</c>.</content>
public ref partial struct CacheKeyWriter
{
    /// <summary>Begins a tuple: whatever is appended until <see cref="End"/> is its items.</summary>
    /// <exception cref="NotSupportedException">Values are nested more than 64 deep.</exception>
    public void BeginTuple() => Begin("/t");

    /// <summary>Begins an object: whatever is appended until <see cref="End"/> is its members.</summary>
    /// <param name="typeName">Tells its type apart from others.</param>
    /// <exception cref="NotSupportedException">Values are nested more than 64 deep.</exception>
    public void BeginObject(string typeName)
    {
        ArgumentNullException.ThrowIfNull(typeName);
        Begin("");
        WriteText("/o", typeName);
    }

    /// <summary>Ends the tuple or object that was begun last.</summary>
    /// <exception cref="InvalidOperationException">None is open.</exception>
    public void End()
    {
        if (_depth == 0)
            throw new InvalidOperationException("No tuple or object is open that could be ended.");
        _depth--;
        Write("/end");
    }

    /// <summary>Appends values whose order counts.</summary>
    /// <exception cref="NotSupportedException">A value cannot be part of a key.</exception>
    public void AppendSpan<T>(scoped ReadOnlySpan<T> values)
    {
        if (typeof(T) == typeof(byte))
        {
            WriteBytes(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<T, byte>(ref MemoryMarshal.GetReference(values)), values.Length));
            return;
        }

        Begin("/l");
        foreach (T value in values)
            Append(value);
        End();
    }

    /// <summary>Appends values whose order counts; <see langword="null"/> and none differ.</summary>
    /// <exception cref="NotSupportedException">A value cannot be part of a key.</exception>
    public void AppendList<T>(IEnumerable<T>? values)
    {
        if (values is null)
        {
            WriteNull();
            return;
        }

        if (values.GetType() == typeof(byte[]))
        {
            WriteBytes((byte[])(object)values);
            return;
        }

        Begin("/l");
        foreach (T value in values)
            Append(value);
        End();
    }

    /// <summary>Appends values whose order does not count; <see langword="null"/> and none differ.</summary>
    /// <exception cref="NotSupportedException">A value cannot be part of a key.</exception>
    public void AppendSet<T>(IEnumerable<T>? values)
    {
        if (values is null)
        {
            WriteNull();
            return;
        }

        Begin("/set");
        var parts = new UnorderedParts(_length);
        foreach (T value in values)
        {
            Append(value);
            parts.Add(_length);
        }

        parts.Sort(_buffer);
        End();
    }

    /// <summary>Appends keys with their values, whose order does not count; <see langword="null"/> and none differ.</summary>
    /// <exception cref="NotSupportedException">A key or value cannot be part of a key.</exception>
    public void AppendDictionary<TKey, TValue>(IEnumerable<KeyValuePair<TKey, TValue>>? values)
    {
        if (values is null)
        {
            WriteNull();
            return;
        }

        Begin("/map");
        var parts = new UnorderedParts(_length);
        foreach ((TKey key, TValue value) in values)
        {
            Append(key);
            Append(value);
            parts.Add(_length);
        }

        parts.Sort(_buffer);
        End();
    }

    private void Begin(string tag)
    {
        if (_depth == MaxDepth)
            throw KeyPartError.TooDeep(MaxDepth);
        _depth++;
        Write(tag);
    }

    private void AppendTuple(ITuple values)
    {
        Begin("/t");
        for (int i = 0; i < values.Length; i++)
            AppendObject(values[i]);
        End();
    }

    private void AppendList(IList values)
    {
        switch (values)
        {
            case string[] x: AppendSpan<string>(x); break;
            case int[] x when x.GetType() == typeof(int[]): AppendSpan<int>(x); break;
            case long[] x when x.GetType() == typeof(long[]): AppendSpan<long>(x); break;
            case Guid[] x: AppendSpan<Guid>(x); break;
            case List<string> x: AppendSpan<string>(CollectionsMarshal.AsSpan(x)); break;
            case List<int> x: AppendSpan<int>(CollectionsMarshal.AsSpan(x)); break;
            case List<long> x: AppendSpan<long>(CollectionsMarshal.AsSpan(x)); break;
            case List<Guid> x: AppendSpan<Guid>(CollectionsMarshal.AsSpan(x)); break;

            // A sorted immutable set can be indexed, and is a set all the same.
            case var x when CollectionKind.IsSet(x.GetType()): AppendSet(x); break;
            default:
                Begin("/l");
                foreach (object? value in values)
                    AppendObject(value);
                End();
                break;
        }
    }

    private void AppendSet(IEnumerable values)
    {
        Begin("/set");
        var parts = new UnorderedParts(_length);
        foreach (object? value in values)
        {
            AppendObject(value);
            parts.Add(_length);
        }

        parts.Sort(_buffer);
        End();
    }

    private void AppendDictionary(IDictionary values)
    {
        Begin("/map");
        var parts = new UnorderedParts(_length);
        foreach (DictionaryEntry entry in values)
        {
            AppendObject(entry.Key);
            AppendObject(entry.Value);
            parts.Add(_length);
        }

        parts.Sort(_buffer);
        End();
    }
}
