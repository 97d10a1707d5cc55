namespace Larder.Memoize.Generation.Model;

/// <summary>Everything that is generated for one type.</summary>
internal sealed record TypeGroup(TypeModel Type, EquatableArray<MethodModel> Methods, EquatableArray<InvalidatorModel> Invalidators, EquatableArray<string> Stubs);
