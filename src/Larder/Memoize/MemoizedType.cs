using System.ComponentModel;
using Larder.Keys;

namespace Larder.Memoize;

/// <summary>A type's name as keys hold it. For generated code only.</summary>
/// <typeparam name="T">The type.</typeparam>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class MemoizedType<T>
{
    /// <summary>The name.</summary>
    public static string Name { get; } = TypeName.Of(typeof(T));
}
