namespace Larder.Memoize.Generation.Model;

/// <summary>What of the object that a method belongs to is part of the key.</summary>
internal enum OwnerKey
{
    None,

    /// <summary>What it writes itself: its type implements <c>ICacheKeyPart</c>.</summary>
    Value,

    /// <summary>Its type, when that is a derived one, which may compute something else.</summary>
    DerivedType,

    /// <summary>The type of what a decorator stands in front of.</summary>
    Implementation,
}
