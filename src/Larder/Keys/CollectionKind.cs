using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Collections.ObjectModel;

namespace Larder.Keys;

/// <summary>
/// Recognizes sets. They have no interface that is free of their element's type, and asking a type for its generic
/// interfaces is not safe when code is trimmed; its base classes always are.
/// </summary>
internal static class CollectionKind
{
    public static bool IsSet(Type type)
    {
        for (Type? t = type; t is not null; t = t.BaseType)
        {
            if (!t.IsGenericType)
                continue;
            Type definition = t.GetGenericTypeDefinition();
            if (definition == typeof(HashSet<>)
                || definition == typeof(SortedSet<>)
                || definition == typeof(FrozenSet<>)
                || definition == typeof(ImmutableHashSet<>)
                || definition == typeof(ImmutableSortedSet<>)
                || definition == typeof(ReadOnlySet<>))
            {
                return true;
            }
        }

        return false;
    }
}
