using System.Collections.Immutable;
using Larder.Memoize.Generation.Diagnostics;
using Larder.Memoize.Generation.Emission;
using Larder.Memoize.Generation.Model;
using Larder.Memoize.Generation.Parsing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Larder.Memoize.Generation;

/// <summary>
/// Writes the bodies of <c>[Memoize]</c> and <c>[Invalidates]</c> methods and the decorators of interfaces that have
/// such methods. What is wrong is reported by <see cref="MemoizeAnalyzer"/>; here it only means that nothing is written.
/// </summary>
/// <remarks>
/// Each method is read into a model that holds text and compares by value. As long as the models of a type are equal,
/// its file is not written again, whatever else changed.
/// </remarks>
[Generator(LanguageNames.CSharp)]
public sealed class MemoizeGenerator : IIncrementalGenerator
{
    internal const string MethodsStep = "LarderMethods";
    internal const string InvalidatorsStep = "LarderInvalidators";
    internal const string DecoratorsStep = "LarderDecorators";
    internal const string TypesStep = "LarderTypes";

    private const string Memoize = KnownTypes.Space + "." + KnownTypes.Memoize;
    private const string Invalidates = KnownTypes.Space + "." + KnownTypes.Invalidates;

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<Outcome<MethodModel>> methods = context.SyntaxProvider
            .ForAttributeWithMetadataName(Memoize, static (node, _) => !IsInInterface(node), static (c, token) => Method(c, token))
            .Where(static outcome => outcome is not null)
            .Select(static (outcome, _) => outcome!)
            .WithTrackingName(MethodsStep);
        IncrementalValuesProvider<Outcome<InvalidatorModel>> invalidators = context.SyntaxProvider
            .ForAttributeWithMetadataName(Invalidates, static (node, _) => !IsInInterface(node), static (c, token) => Invalidator(c, token))
            .Where(static outcome => outcome is not null)
            .Select(static (outcome, _) => outcome!)
            .WithTrackingName(InvalidatorsStep);
        IncrementalValuesProvider<DecoratorModel> interfaces = context.SyntaxProvider
            .ForAttributeWithMetadataName(Memoize, static (node, _) => IsInInterface(node), static (c, token) => Decorator(c, token))
            .Where(static model => model is not null)
            .Select(static (model, _) => model!)
            .WithTrackingName(DecoratorsStep);
        IncrementalValuesProvider<DecoratorModel> decorators = interfaces.Collect()
            .SelectMany(static (all, _) => Distinct(all, static d => d.Type.HintName, static (d, hint) => d with { Type = d.Type with { HintName = hint } }));

        IncrementalValuesProvider<TypeGroup> types = methods.Collect().Combine(invalidators.Collect())
            .SelectMany(static (both, _) => Distinct(Group(both.Left, both.Right), static g => g.Type.HintName, static (g, hint) => g with { Type = g.Type with { HintName = hint } }))
            .WithTrackingName(TypesStep);
        context.RegisterSourceOutput(types, static (output, group) => output.AddSource($"{group.Type.HintName}.Memoize.g.cs", TypeEmitter.Write(group)));
        context.RegisterSourceOutput(decorators, static (output, decorator) => output.AddSource($"{decorator.Type.HintName}.Memoize.g.cs", DecoratorEmitter.Write(decorator)));
    }

    private static Outcome<MethodModel>? Method(GeneratorAttributeSyntaxContext context, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!IsOwn(context, out IMethodSymbol method, out KnownTypes known))
            return null;
        MethodModel? model = MethodParser.Parse(known, method, context.Attributes[0], new Findings(report: null), Declaration.Of(context.TargetNode));
        return new Outcome<MethodModel>(model, model is null ? Stubs.Of(known, method) : null);
    }

    private static Outcome<InvalidatorModel>? Invalidator(GeneratorAttributeSyntaxContext context, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!IsOwn(context, out IMethodSymbol method, out KnownTypes known))
            return null;
        InvalidatorModel? model = InvalidatorParser.Parse(known, method, new Findings(report: null));
        return new Outcome<InvalidatorModel>(model, model is null ? Stubs.Of(known, method) : null);
    }

    private static DecoratorModel? Decorator(GeneratorAttributeSyntaxContext context, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return IsOwn(context, out IMethodSymbol method, out KnownTypes known) && DecoratorParser.IsFirst(method)
            ? DecoratorParser.Parse(known, method.ContainingType, new Findings(report: null))
            : null;
    }

    // By its syntax, so that what the one step reads is not looked at by the other.
    private static bool IsInInterface(SyntaxNode node) => node.FirstAncestorOrSelf<BaseTypeDeclarationSyntax>() is InterfaceDeclarationSyntax;

    private static bool IsOwn(GeneratorAttributeSyntaxContext context, out IMethodSymbol method, out KnownTypes known)
    {
        method = (context.TargetSymbol as IMethodSymbol)!;
        known = KnownTypes.From(context.SemanticModel.Compilation)!;
        return method is { PartialDefinitionPart: null } && known is not null;
    }

    // Two files' names must differ by more than case; two types' need not.
    private static IEnumerable<T> Distinct<T>(IEnumerable<T> items, Func<T, string> hintOf, Func<T, string, T> with)
    {
        foreach (IGrouping<string, T> alike in items.GroupBy(hintOf, StringComparer.OrdinalIgnoreCase))
        {
            int number = 0;
            foreach (T item in alike.OrderBy(hintOf, StringComparer.Ordinal))
                yield return number++ == 0 ? item : with(item, FormattableString.Invariant($"{hintOf(item)}.{number}"));
        }
    }

    private static IEnumerable<TypeGroup> Group(ImmutableArray<Outcome<MethodModel>> methods, ImmutableArray<Outcome<InvalidatorModel>> invalidators)
    {
        ILookup<TypeModel, MethodModel> methodsByType = methods.Select(static o => o.Model).OfType<MethodModel>().ToLookup(static m => m.Type);
        ILookup<TypeModel, InvalidatorModel> invalidatorsByType = invalidators.Select(static o => o.Model).OfType<InvalidatorModel>().ToLookup(static m => m.Type);
        ILookup<TypeModel, string> stubsByType = methods.Select(static o => o.Stub).Concat(invalidators.Select(static o => o.Stub)).OfType<StubModel>().ToLookup(static s => s.Type, static s => s.Code);
        foreach (TypeModel type in methodsByType.Select(static g => g.Key).Concat(invalidatorsByType.Select(static g => g.Key)).Concat(stubsByType.Select(static g => g.Key)).Distinct())
            yield return new TypeGroup(type, methodsByType[type].ToEquatableArray(), invalidatorsByType[type].ToEquatableArray(), stubsByType[type].Distinct().ToEquatableArray());
    }
}
