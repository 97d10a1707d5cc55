using System.Runtime.CompilerServices;
using System.Text;

namespace Larder.Keys;

/// <summary>
/// A type's name as keys hold it: <c>{assembly}/{namespace}.{outer}+{name}</c>, type arguments in brackets. The
/// assembly's version is left out, and of the runtime's own library the assembly too: a key survives an upgrade.
/// </summary>
internal static class TypeName
{
    // Weak: a type of an unloaded assembly is forgotten with it.
    private static readonly ConditionalWeakTable<Type, string> Names = [];

    /// <summary>The name of a type.</summary>
    public static string Of(Type type) => Names.GetValue(type, static t => Write(new StringBuilder(), t).ToString());

    private static StringBuilder Write(StringBuilder name, Type type)
    {
        if (type.HasElementType)
        {
            Write(name, type.GetElementType()!);
            return name.Append(type.IsByRef ? "&" : type.IsPointer ? "*" : $"[{new string(',', type.GetArrayRank() - 1)}]");
        }

        if (type.IsGenericParameter)
            return name.Append('!').Append(type.GenericParameterPosition);

        if (type.Assembly != typeof(object).Assembly)
            name.Append(type.Assembly.GetName().Name).Append('/');
        WriteOuter(name, type).Append(type.Name);
        if (!type.IsGenericType)
            return name;

        Type[] arguments = type.GetGenericArguments();
        for (int i = 0; i < arguments.Length; i++)
            Write(name.Append(i == 0 ? '[' : ','), arguments[i]);
        return name.Append(']');
    }

    private static StringBuilder WriteOuter(StringBuilder name, Type type)
    {
        if (type.DeclaringType is { } outer)
            return WriteOuter(name, outer).Append(outer.Name).Append('+');
        return string.IsNullOrEmpty(type.Namespace) ? name : name.Append(type.Namespace).Append('.');
    }
}
