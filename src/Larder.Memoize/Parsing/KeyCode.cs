using System.Text;
using Microsoft.CodeAnalysis;

namespace Larder.Memoize.Generation.Parsing;

/// <summary>Writes the statements that put one argument into a key, or says why it cannot be put there.</summary>
internal sealed class KeyCode
{
    // A generic record may hold ever larger instances of itself.
    private const int MostOfOneDefinition = 8;

    private readonly KnownTypes _known;
    private readonly LocalNames _locals;
    private readonly string _key;
    private readonly List<ITypeSymbol> _open = [];
    private StringBuilder? _code;
    private string _line = "";
    private int _indent;

    private KeyCode(KnownTypes known, LocalNames locals, string key)
    {
        _known = known;
        _locals = locals;
        _key = key;
    }

    public string? Problem { get; private set; }

    public bool MayFail { get; private set; }

    public string Code => _code?.ToString() ?? _line;

    /// <summary>Writes an argument.</summary>
    /// <param name="known">Types that are treated specially.</param>
    /// <param name="locals">The names of locals.</param>
    /// <param name="type">The argument's type.</param>
    /// <param name="expression">The argument.</param>
    /// <param name="key">What the writer is called.</param>
    public static KeyCode Of(KnownTypes known, LocalNames locals, ITypeSymbol type, string expression, string key)
    {
        var code = new KeyCode(known, locals, key);
        code.Write(type, expression, Names.Escape(expression.TrimStart('@')));
        return code;
    }

    private void Write(ITypeSymbol type, string expression, string local)
    {
        if (Problem is not null)
            return;
        if (KeyTypes.IsScalar(type))
        {
            Line($"{_key}.Append({expression});");
        }
        else if (KeyTypes.NullableOf(type) is { } value)
        {
            WriteNullable(value, expression, local);
        }
        else if (KeyTypes.CannotBeKept(type))
        {
            Problem = KeyTypes.Reason(type);
        }
        else if (_known.IsKeyPart(type) || type is ITypeParameterSymbol)
        {
            MayFail = true;
            Line($"{_key}.Append({expression});");
        }
        else if (type is INamedTypeSymbol { IsTupleType: true } tuple)
        {
            WriteTuple(tuple, expression, local);
        }
        else if (KeyTypes.CollectionOf(type) is { } collection)
        {
            WriteCollection(type, collection, expression);
        }
        else if (KeyTypes.IsRecord(type))
        {
            WriteRecord((INamedTypeSymbol)type, expression, local);
        }
        else
        {
            Problem ??= KeyTypes.Reason(type);
        }
    }

    private void WriteNullable(ITypeSymbol value, string expression, string local)
    {
        if (KeyTypes.HasNullableOverload(value))
        {
            Line($"{_key}.Append({expression});");
            return;
        }

        string name = _locals.Fresh(local.TrimStart('@') + "Value");
        Line($"if ({expression} is {{ }} {name})");
        Block(() => Write(value, name, name));
        Line("else");
        Block(() => Line($"{_key}.Append((string?)null);"));
    }

    private void WriteTuple(INamedTypeSymbol tuple, string expression, string local)
    {
        Line($"{_key}.BeginTuple();");
        for (int i = 0; i < tuple.TupleElements.Length; i++)
            Write(tuple.TupleElements[i].Type, $"{expression}.Item{i + 1}", local + "Item");
        Line($"{_key}.End();");
    }

    private void WriteCollection(ITypeSymbol type, KeyCollection collection, string expression)
    {
        foreach (ITypeSymbol element in collection.Elements)
        {
            if (!KeyTypes.IsAppendable(element, _known))
                Problem ??= $"its elements are of type '{element.ToDisplayString()}', and {KeyTypes.Reason(element)}";
            MayFail |= !KeyTypes.IsScalar(element);
        }

        string elements = string.Join(", ", collection.Elements.Select(Names.Of));
        switch (collection.Kind)
        {
            case KeyCollectionKind.Span:
                string span = collection.SpanOf.Replace("{0}", expression);
                if (!type.IsReferenceType)
                {
                    Line($"{_key}.AppendSpan<{elements}>({span});");
                    break;
                }

                Line($"if ({expression} is null)");
                Block(() => Line($"{_key}.Append((string?)null);"));
                Line("else");
                Block(() => Line($"{_key}.AppendSpan<{elements}>({span});"));
                break;
            default:
                // Enumerating runs code that is not the cache's: something may change the collection meanwhile.
                MayFail = true;
                Line($"{_key}.Append{collection.Kind}<{elements}>({expression});");
                break;
        }
    }

    private void WriteRecord(INamedTypeSymbol record, string expression, string local)
    {
        if (_open.Any(outer => SymbolEqualityComparer.Default.Equals(outer, record)) || _open.Count(outer => SymbolEqualityComparer.Default.Equals(outer.OriginalDefinition, record.OriginalDefinition)) == MostOfOneDefinition)
        {
            Problem ??= $"'{record.ToDisplayString()}' contains itself";
            return;
        }

        if (KeyTypes.PropertiesOf(record, out string? problem) is not { } properties)
        {
            Problem ??= problem;
            return;
        }

        if (record.IsReferenceType)
        {
            Line($"if ({expression} is null)");
            Block(() => Line($"{_key}.Append((string?)null);"));
            Line("else");
        }

        _open.Add(record);
        void Members()
        {
            Line($"{_key}.BeginObject(global::Larder.Memoize.MemoizedType<{Names.Of(record.WithNullableAnnotation(NullableAnnotation.None))}>.Name);");
            foreach (IPropertySymbol property in properties)
                Write(property.Type, $"{expression}.{Names.Escape(property.Name)}", local + property.Name);
            Line($"{_key}.End();");
        }

        if (record.IsReferenceType)
            Block(Members);
        else
            Members();
        _open.Remove(record);
    }

    private void Block(Action write)
    {
        Line("{");
        _indent++;
        write();
        _indent--;
        Line("}");
    }

    private void Line(string text)
    {
        // Most arguments are written by one line.
        if (_line.Length == 0)
        {
            _line = text;
            return;
        }

        _code ??= new StringBuilder(_line);
        _code.Append('\n').Append(' ', _indent * 4).Append(text);
    }
}
