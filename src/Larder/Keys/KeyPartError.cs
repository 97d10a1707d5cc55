using System.Collections;

namespace Larder.Keys;

/// <summary>Says why a value cannot be part of a key, and what to do instead.</summary>
internal static class KeyPartError
{
    private const string WaysOut = "let the type implement ICacheKeyPart, leave the argument out of the key, or pass an id in its place";

    public static NotSupportedException TooDeep(int most) =>
        new($"Values nested more than {most} deep cannot be part of a cache key. Does one contain itself?");

    public static NotSupportedException Unsupported(object value) => new(value switch
    {
        CancellationToken => "A CancellationToken is never part of a key: make it the function's last parameter.",
        UserContext => "A UserContext is never part of a key: it chooses the partition. Use the handle that cache.For(context) returns.",
        Delegate => $"A delegate ({value.GetType()}) cannot be part of a cache key, since two that do the same are not equal. Ways out: {WaysOut}.",
        Array => $"An array of {((Array)value).Rank} dimensions ({value.GetType()}) cannot be part of a cache key. Ways out: pass an array of arrays, or {WaysOut}.",
        IEnumerable => $"The sequence {value.GetType()} cannot be part of a cache key, since reading it may compute or change something. Ways out: pass an array, list, set or dictionary, or {WaysOut}.",
        _ => $"A value of type {value.GetType()} cannot be part of a cache key, since nothing says what tells two of them apart. Ways out: {WaysOut}.",
    });
}
