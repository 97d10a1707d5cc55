namespace Larder.Hybrid;

/// <summary>Which keys and tags HybridCache takes.</summary>
internal static class HybridTexts
{
    /// <summary>The tag that stands for everything.</summary>
    public const string Everything = "*";

    /// <summary>Why nothing may be cached under a key; <see langword="null"/> when it may.</summary>
    public static string? Refusal(string? key, int maximumLength)
    {
        if (string.IsNullOrWhiteSpace(key))
            return "is empty or white space";
        if (key.Length > maximumLength)
            return $"has {key.Length} characters, more than MaximumKeyLength ({maximumLength})";
        return key.AsSpan().ContainsAnyInRange('\0', '\x1F') ? "holds a control character" : null;
    }

    /// <summary>An entry's tags, in an array of their own.</summary>
    /// <exception cref="ArgumentException">One is empty, or is the one that stands for everything.</exception>
    public static string[]? TagsOf(IEnumerable<string>? tags)
    {
        string[]? copied = tags is null or ICollection<string> { Count: 0 } ? null : [.. tags];
        foreach (string? tag in copied ?? [])
        {
            if (string.IsNullOrWhiteSpace(tag))
                throw new ArgumentException("A tag must hold at least one visible character.", nameof(tags));
            if (tag == Everything)
                throw new ArgumentException($"The tag \"{Everything}\" stands for every entry and cannot be given to one.", nameof(tags));
        }

        return copied is { Length: > 0 } ? copied : null;
    }
}
