using System.Globalization;

namespace Larder.Keys;

/// <summary>What an enum's values have in common in a key: <c>/e{length}_{type}_</c>, made once per type.</summary>
internal static class EnumPart<T>
{
    public static readonly string Prefix = EnumPart.PrefixOf(typeof(T));

    public static readonly bool IsUnsigned = Type.GetTypeCode(typeof(T)) is TypeCode.Byte or TypeCode.UInt16 or TypeCode.UInt32 or TypeCode.UInt64;
}

/// <inheritdoc cref="EnumPart{T}"/>
internal static class EnumPart
{
    public static string PrefixOf(Type type)
    {
        string name = TypeName.Of(type);
        return string.Create(CultureInfo.InvariantCulture, $"/e{name.Length}_{name}_");
    }
}
