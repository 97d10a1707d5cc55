using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Larder.Repository.Tests;

/// <summary>Writes down what an assembly offers to everybody, a type and a member a line, in an order of its own.</summary>
internal static class PublicSurface
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static string Of(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (Type type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            string kind = type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct" : type is { IsAbstract: true, IsSealed: true } ? "static class" : type.IsAbstract ? "abstract class" : type.IsSealed ? "sealed class" : "class";
            text.Append(kind).Append(' ').Append(Outside(type)).Append(Name(type)).Append(Bases(type)).Append('\n');
            foreach (string member in type.GetMembers(Declared).Select(member => Describe(type, member)).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
                text.Append("  ").Append(member).Append('\n');
        }

        return text.ToString();
    }

    // Where it is, which a name of Larder's own says by itself.
    private static string Outside(Type type) => IsOwn(type) ? "" : type.Namespace + ".";

    private static bool IsOwn(Type type) => type.Namespace?.StartsWith("Larder", StringComparison.Ordinal) == true;

    // What it may be used as, beyond what its base says. That a record equals another is no news.
    private static string Bases(Type type)
    {
        IEnumerable<Type> interfaces = type.GetInterfaces().Except(type.BaseType?.GetInterfaces() ?? []).Where(one => one.IsPublic && !one.Name.StartsWith("IEquatable`", StringComparison.Ordinal));
        string[] names = type.IsEnum ? [] : [.. type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) ? [Name(parent)] : Array.Empty<string>(), .. interfaces.Select(Name).Order(StringComparer.Ordinal)];
        return names.Length == 0 ? "" : $" : {string.Join(", ", names)}";
    }

    private static string? Describe(Type type, MemberInfo member) => member switch
    {
        FieldInfo { IsPublic: true } field => type.IsEnum ? (field.IsLiteral ? $"{field.Name} = {field.GetRawConstantValue()}" : null) : $"{Name(field.FieldType)} {field.Name}",
        PropertyInfo property when (property.GetMethod ?? property.SetMethod) is { IsPublic: true } => $"{Name(property.PropertyType)} {property.Name} {{{(property.GetMethod?.IsPublic == true ? " get;" : "")}{(property.SetMethod is { IsPublic: true } set ? IsInit(set) ? " init;" : " set;" : "")} }}",
        EventInfo @event when @event.AddMethod is { IsPublic: true } => $"event {Name(@event.EventHandlerType!)} {@event.Name}",
        ConstructorInfo { IsPublic: true } constructor => $"new({Parameters(constructor)})",
        MethodInfo { IsPublic: true, IsSpecialName: false } method when !method.IsDefined(typeof(CompilerGeneratedAttribute)) && !method.Name.Contains('<', StringComparison.Ordinal) => $"{(method.IsStatic ? "static " : "")}{Name(method.ReturnType)} {method.Name}{Arguments(method)}({Parameters(method)})",
        MethodInfo { IsPublic: true, IsSpecialName: true } @operator when @operator.Name.StartsWith("op_Implicit", StringComparison.Ordinal) => $"implicit {Name(@operator.ReturnType)}({Parameters(@operator)})",
        _ => null,
    };

    private static bool IsInit(MethodInfo set) => set.ReturnParameter.GetRequiredCustomModifiers().Any(modifier => modifier.Name == "IsExternalInit");

    private static string Arguments(MethodInfo method) => method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(argument => argument.Name))}>" : "";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter => $"{(parameter.IsOut ? "out " : parameter.ParameterType.IsByRef ? "ref " : "")}{Name(parameter.ParameterType)} {parameter.Name}{(parameter.HasDefaultValue ? $" = {parameter.RawDefaultValue ?? "default"}" : "")}"));

    private static string Name(Type type)
    {
        if (type.IsByRef)
            return Name(type.GetElementType()!);
        if (type.IsArray)
            return Name(type.GetElementType()!) + "[]";
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return Name(underlying) + "?";
        if (type.IsGenericParameter)
            return type.Name;
        string name = IsOwn(type) ? type.FullName ?? $"{type.Namespace}.{type.Name}" : type.Name;
        int tick = name.IndexOf('`', StringComparison.Ordinal);
        return tick < 0 ? name : $"{name[..tick]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
    }
}
