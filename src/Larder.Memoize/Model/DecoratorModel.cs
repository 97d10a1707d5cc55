namespace Larder.Memoize.Generation.Model;

/// <summary>The decorator of an interface.</summary>
/// <param name="Type">The class to be written.</param>
/// <param name="Name">Its name.</param>
/// <param name="Access"><c>public</c> or <c>internal</c>.</param>
/// <param name="Interface">The interface.</param>
/// <param name="Methods">Its memoized methods.</param>
/// <param name="Invalidators">Its methods that forget results.</param>
/// <param name="Forwards">The code of the members that are handed on.</param>
internal sealed record DecoratorModel(
    TypeModel Type,
    string Name,
    string Access,
    string Interface,
    EquatableArray<MethodModel> Methods,
    EquatableArray<InvalidatorModel> Invalidators,
    EquatableArray<string> Forwards);
