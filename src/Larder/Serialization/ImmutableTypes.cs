using System.Collections.Frozen;
using System.Collections.Immutable;
using System.ComponentModel;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Larder.Serialization;

/// <summary>Tells which values nobody can change, so that they need no copy. Answers <see langword="false"/> when it cannot tell.</summary>
internal static class ImmutableTypes
{
    private static readonly FrozenSet<Type> Known = FrozenSet.ToFrozenSet(
    [
        typeof(string), typeof(Uri), typeof(Version), typeof(decimal), typeof(DateTime), typeof(DateTimeOffset), typeof(DateOnly), typeof(TimeOnly),
        typeof(TimeSpan), typeof(Guid), typeof(Half), typeof(Int128), typeof(UInt128), typeof(System.Numerics.BigInteger), typeof(System.Text.Rune),
        typeof(Index), typeof(Range), typeof(DBNull),
    ]);

    /// <summary>Immutable when their type arguments are.</summary>
    private static readonly FrozenSet<Type> Carriers = FrozenSet.ToFrozenSet(
    [
        typeof(Nullable<>), typeof(KeyValuePair<,>), typeof(Tuple<>), typeof(Tuple<,>), typeof(Tuple<,,>), typeof(Tuple<,,,>), typeof(ValueTuple<>),
        typeof(ValueTuple<,>), typeof(ValueTuple<,,>), typeof(ValueTuple<,,,>), typeof(ValueTuple<,,,,>), typeof(ValueTuple<,,,,,>), typeof(ValueTuple<,,,,,,>),
        typeof(ImmutableArray<>), typeof(ImmutableList<>), typeof(ImmutableHashSet<>), typeof(ImmutableSortedSet<>), typeof(ImmutableDictionary<,>),
        typeof(ImmutableSortedDictionary<,>), typeof(ImmutableQueue<>), typeof(ImmutableStack<>), typeof(FrozenSet<>), typeof(FrozenDictionary<,>),
    ]);

    // Keeps no type alive that is unloaded.
    private static readonly ConditionalWeakTable<Type, object> ByRuntimeType = [];

    /// <summary>Whether no value of this type can be changed through a reference to it; known per type after the first question.</summary>
    public static bool Is<T>() => Answer<T>.Value;

    /// <summary>Whether this value cannot be changed; it may be of a type derived from <typeparamref name="T"/>.</summary>
    public static bool Is<T>(T value)
    {
        if (Answer<T>.Value || value is null)
            return true;
        return !Answer<T>.IsExact && (bool)ByRuntimeType.GetValue(value.GetType(), static type => Decide(type));
    }

    private static bool Decide(Type type)
    {
        if (type.IsPrimitive || type.IsEnum || Known.Contains(type))
            return true;
        if (type.IsGenericType && Carriers.Contains(type.GetGenericTypeDefinition()))
            return Array.TrueForAll(type.GetGenericArguments(), Decide);
        // The attribute speaks for its own type only: a derived one may add what it likes.
        return type.IsSealed && type.GetCustomAttribute<ImmutableObjectAttribute>(inherit: false) is { Immutable: true };
    }

    private static class Answer<T>
    {
        /// <summary>Whether every value's type is <typeparamref name="T"/> itself.</summary>
        public static readonly bool IsExact = typeof(T).IsSealed;

        // A value without references in it is copied by every assignment.
        public static readonly bool Value = !RuntimeHelpers.IsReferenceOrContainsReferences<T>() || Decide(typeof(T));
    }
}
