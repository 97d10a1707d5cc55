using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Larder.Hosting;

/// <summary>One key of a configuration, read as what an option needs; what cannot be read becomes an error that names key and value.</summary>
internal readonly struct Setting(IConfigurationSection section, OptionErrors errors)
{
    /// <summary>The keys of a group, by name; letter case does not matter.</summary>
    public delegate void Reader<in TTarget>(TTarget target, Setting setting);

    private bool IsEmpty => string.IsNullOrWhiteSpace(section.Value);

    private bool HasChildren => section.GetChildren().Any();

    /// <summary>Whether the key has a value of its own and no keys below it.</summary>
    public bool IsScalar => !HasChildren;

    /// <summary>Whether the key has a text of its own and no keys below it.</summary>
    public bool IsText => IsScalar && !IsEmpty;

    /// <summary>Reads every key of a section, and reports those that <paramref name="known"/> does not know.</summary>
    public static void ReadAll<TTarget>(IConfiguration section, TTarget target, Dictionary<string, Reader<TTarget>> known, OptionErrors errors)
    {
        foreach (IConfigurationSection child in section.GetChildren())
        {
            if (known.TryGetValue(child.Key, out Reader<TTarget>? read))
                read(target, new Setting(child, errors));
            else
                errors.Add($"{child.Path} is set, and there is no option \"{child.Key}\"; known here are {string.Join(", ", known.Keys.Order(StringComparer.Ordinal))}.");
        }
    }

    /// <summary>Reads the keys below this one.</summary>
    public void Group<TTarget>(TTarget target, Dictionary<string, Reader<TTarget>> known)
    {
        if (!IsEmpty)
            Refuse($"a group of {string.Join(", ", known.Keys.Order(StringComparer.Ordinal))}");
        ReadAll(section, target, known, errors);
    }

    /// <summary>The keys below this one, whatever their names.</summary>
    public IEnumerable<(string Key, Setting Setting)> Children()
    {
        OptionErrors sink = errors;
        return section.GetChildren().Select(child => (child.Key, new Setting(child, sink)));
    }

    public void Text(Action<string> set)
    {
        if (Value("a text") is { } value)
            set(value);
    }

    /// <summary>A list: keys below this one that are numbers, as an array has, or one text for a list of one.</summary>
    public void Texts(Action<IReadOnlyList<string>> set)
    {
        const string What = "a list of texts, or one text";
        if (!HasChildren)
        {
            if (Value(What) is { } one)
                set([one]);
            return;
        }

        string?[] texts = [.. section.GetChildren().Select(child => int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? child.Value?.Trim() : null)];
        if (texts.Any(string.IsNullOrEmpty))
            Refuse(What);
        else
            set(texts!);
    }

    public void Span(Action<TimeSpan> set)
    {
        if (Value(SettingSpan.Formats) is not { } value)
            return;
        if (SettingSpan.TryParse(value, out TimeSpan span))
            set(span);
        else
            Refuse(SettingSpan.Formats);
    }

    public void Number<T>(Action<T> set)
        where T : struct, ISpanParsable<T>
    {
        const string What = "a number within the option's range";
        if (Value(What) is not { } value)
            return;
        // A comma would be taken for a separator of thousands, wherever it stands: "0,8" for 8.
        if (!value.Contains(',', StringComparison.Ordinal) && T.TryParse(value, CultureInfo.InvariantCulture, out T number))
            set(number);
        else
            Refuse(What);
    }

    /// <summary>A number, or nothing for <see langword="null"/>.</summary>
    public void NumberOrNull<T>(Action<T?> set)
        where T : struct, ISpanParsable<T>
    {
        if (IsScalar && IsEmpty)
            set(null);
        else
            Number<T>(number => set(number));
    }

    public void Flag(Action<bool> set)
    {
        const string What = "true or false";
        if (Value(What) is not { } value)
            return;
        if (bool.TryParse(value, out bool flag))
            set(flag);
        else
            Refuse(What);
    }

    public void Choice<T>(Action<T> set)
        where T : struct, Enum
    {
        string what = "one of " + string.Join(", ", Enum.GetNames<T>());
        if (Value(what) is not { } value)
            return;
        // Only by name: a number would be taken whether it is defined or not.
        if (value.Length > 0 && char.IsLetter(value[0]) && Enum.TryParse(value, ignoreCase: true, out T choice) && Enum.IsDefined(choice))
            set(choice);
        else
            Refuse(what);
    }

    /// <summary>Bytes in Base64. The value is a secret, and is not repeated in an error.</summary>
    public void Secret(Action<byte[]> set)
    {
        try
        {
            set(Convert.FromBase64String(section.Value ?? ""));
        }
        catch (FormatException)
        {
            errors.Add($"{section.Path} cannot be read; it must be Base64.");
        }
    }

    /// <summary>Adds an error about the value.</summary>
    public void Refuse(string what) => errors.Add($"{section.Path} is {Shown}; it must be {what}.");

    private string Shown => HasChildren ? "a group" : section.Value is { } value ? $"\"{value}\"" : "null";

    private string? Value(string what)
    {
        if (!HasChildren && !IsEmpty)
            return section.Value!.Trim();
        Refuse(what);
        return null;
    }
}
