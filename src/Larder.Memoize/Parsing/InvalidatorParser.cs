using Larder.Memoize.Generation.Diagnostics;
using Larder.Memoize.Generation.Emission;
using Larder.Memoize.Generation.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Larder.Memoize.Generation.Parsing;

/// <summary>Reads one method that forgets results: what is generated for it, and what is wrong with it.</summary>
internal sealed class InvalidatorParser
{
    private readonly KnownTypes _known;
    private readonly IMethodSymbol _method;
    private readonly Findings _findings;

    private InvalidatorParser(KnownTypes known, IMethodSymbol method, Findings findings)
    {
        _known = known;
        _method = method;
        _findings = findings;
    }

    /// <summary>The model of a partial method; <see langword="null"/> when something is wrong.</summary>
    public static InvalidatorModel? Parse(KnownTypes known, IMethodSymbol method, Findings findings)
    {
        var declaration = Declaration.Of(method);
        if (!Places.Check(known, method, declaration, Places.Invalidates, findings))
            return null;
        AttributeData[] attributes = AttributesOf(method);
        string? name = attributes.Select(static a => Named(a, "Body").Value as string).FirstOrDefault(static body => body is not null);
        BodyModel? body = method.IsPartialDefinition ? Bodies.Find(method, declaration, name, attributes[0], findings) : null;
        return new InvalidatorParser(known, method, findings).Parse(
            attributes,
            known.FactsOf(method.ContainingType).Place,
            body ?? new BodyModel("", null, ReturnShape.Nothing, TakesToken: true),
            Places.Modifiers(declaration),
            explicitInterface: "",
            static (known, target, attribute) => MethodParser.Parse(known, target, attribute, new Findings(report: null), Declaration.Of(target)));
    }

    /// <summary>The model of an interface's method in its decorator; <see langword="null"/> when something is wrong.</summary>
    /// <param name="known">Types that are treated specially.</param>
    /// <param name="method">The method.</param>
    /// <param name="decorator">The decorator.</param>
    /// <param name="models">The memoized methods of the decorator.</param>
    /// <param name="findings">What is wrong.</param>
    public static InvalidatorModel? ParseDecorated(KnownTypes known, IMethodSymbol method, TypeModel decorator, IReadOnlyDictionary<ISymbol, MethodModel> models, Findings findings)
    {
        Places.CheckDecorated(method, findings);
        var body = new BodyModel(Names.Escape(method.Name) + Names.TypeParameters(method.TypeParameters), null, Shapes.Of(method.ReturnType, out _), TakesToken: true);
        return new InvalidatorParser(known, method, findings).Parse(
            AttributesOf(method),
            decorator,
            body,
            modifiers: "",
            Names.Of(method.ContainingType) + ".",
            (_, target, _) => models.TryGetValue(target, out MethodModel? model) ? model : null);
    }

    private static AttributeData[] AttributesOf(IMethodSymbol method) =>
        [.. method.GetAttributes().Where(static data => KnownTypes.IsCalled(data, KnownTypes.Invalidates))];

    private InvalidatorModel? Parse(AttributeData[] attributes, TypeModel type, BodyModel body, string modifiers, string explicitInterface, Func<KnownTypes, IMethodSymbol, AttributeData, MethodModel?> parse)
    {
        CheckParameters();
        if (KnownTypes.Find(_method, KnownTypes.Memoize) is not null)
            _findings.Add(Rules.WrongPlace, _method, _method.Name, "it has both [Memoize] and [Invalidates]; a call that is answered from the cache would forget nothing");

        var invalidations = new List<InvalidationModel>();
        foreach (AttributeData attribute in attributes)
            invalidations.AddRange(Invalidations(attribute, parse));
        if (_findings.HasErrors)
            return null;

        return new InvalidatorModel
        {
            Type = type,
            Name = Names.Escape(_method.Name),
            Modifiers = modifiers,
            ExplicitInterface = explicitInterface,
            ReturnType = Names.Of(_method.ReturnType),
            Shape = Shapes.Of(_method.ReturnType, out _),
            TypeParameters = Names.TypeParameters(_method.TypeParameters),
            Constraints = Names.Constraints(_method.TypeParameters).ToEquatableArray(),
            ExplicitConstraints = explicitInterface.Length > 0 ? Names.ExplicitConstraints(_method.TypeParameters).ToEquatableArray() : default,
            Parameters = _method.Parameters.Select(Parameter).ToEquatableArray(),
            Body = body,
            Invalidations = invalidations.Distinct().ToEquatableArray(),
        };
    }

    private void CheckParameters()
    {
        foreach (IParameterSymbol parameter in _method.Parameters.Where(static p => p.RefKind != RefKind.None))
            _findings.Add(Rules.ByReference, parameter, parameter.Name);
        if (Shapes.IsComputedWhileRead(_method.ReturnType))
            _findings.Add(Rules.ReturnsSequence, _method, _method.Name, _method.ReturnType.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat));
    }

    private ParameterModel Parameter(IParameterSymbol parameter, int index) => new(
        Names.Of(parameter),
        Names.Of(parameter.Type),
        Places.Declaration(parameter, _method.IsExtensionMethod && index == 0),
        MethodParser.IsToken(parameter.Type) ? ParameterRole.Token : ParameterRole.Ignored);

    // Of several overloads, each whose arguments are known here is forgotten: too much is a miss, too little a wrong answer.
    private List<InvalidationModel> Invalidations(AttributeData attribute, Func<KnownTypes, IMethodSymbol, AttributeData, MethodModel?> parse)
    {
        var found = new List<InvalidationModel>();
        string wanted = attribute.ConstructorArguments.FirstOrDefault().Value as string ?? "";
        bool all = Named(attribute, "All").Value is true;
        string? problem = null;
        bool isMemoized = false;
        foreach (IMethodSymbol target in _method.ContainingType.GetMembers(wanted).OfType<IMethodSymbol>())
        {
            if (KnownTypes.Find(target, KnownTypes.Memoize) is not { } memoize)
                continue;
            isMemoized = true;

            // What is wrong with it is said where it stands.
            if (parse(_known, target, memoize) is not { } model)
                continue;
            string? wrong = Match(target, model, all, out InvalidationModel? invalidation);
            if (invalidation is not null)
                found.Add(invalidation);
            problem ??= wrong;
        }

        if (!isMemoized)
            problem = $"'{_method.ContainingType.Name}' has no method '{wanted}' with [Memoize]";
        if (found.Count == 0 && problem is not null)
            _findings.Add(Rules.CannotInvalidate, attribute, _method, _method.Name, wanted, problem);
        return found;
    }

    private string? Match(IMethodSymbol target, MethodModel model, bool all, out InvalidationModel? invalidation)
    {
        invalidation = null;
        if (_method.IsStatic && !target.IsStatic)
            return "it belongs to an object, and this method is static";
        if (!target.TypeParameters.Select(static p => p.Name).SequenceEqual(_method.TypeParameters.Select(static p => p.Name).Take(target.Arity)))
            return "its type arguments are not known here; take type parameters of the same names";

        string? context = null;
        if (model.ContextParameter is { } contextParameter)
        {
            IParameterSymbol targetContext = target.Parameters.First(p => Names.Of(p) == contextParameter.Name);
            IParameterSymbol? own = _method.Parameters.FirstOrDefault(p => p.Name == targetContext.Name && _known.ConvertsToContext(p.Type)) ?? OnlyContext();
            if (own is null)
                return $"its context '{targetContext.Name}' is not known here; take a parameter of this name";
            context = Names.Of(own) + (own.NullableAnnotation == NullableAnnotation.Annotated ? "!" : "");
        }

        string handle = HandleEmitter.Call(model, context);
        if (all)
        {
            invalidation = new InvalidationModel(model.HolderReference, handle, KeyArguments: null, KeyMayFail: false);
            return null;
        }

        var arguments = new List<string>();
        if (model.KeyNeedsOwner)
            arguments.Add("this");
        foreach (ParameterModel parameter in model.KeyParameters)
        {
            IParameterSymbol wanted = target.Parameters.First(p => Names.Of(p) == parameter.Name);
            if (Find(wanted) is not { } own)
                return Missing(wanted);
            arguments.Add(Names.Of(own) + (own.NullableAnnotation == NullableAnnotation.Annotated && wanted.NullableAnnotation != NullableAnnotation.Annotated && own.Type.IsReferenceType ? "!" : ""));
        }

        invalidation = new InvalidationModel(model.HolderReference, handle, string.Join(", ", arguments), model.KeyMayFail);
        return null;
    }

    private string Missing(IParameterSymbol wanted)
    {
        string type = wanted.Type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);
        return _method.Parameters.Any(p => p.Name == wanted.Name)
            ? $"its argument '{wanted.Name}' is of type '{type}', which that of this method is not"
            : $"its argument '{wanted.Name}' ({type}) is not known here; take a parameter of this name, or forget all with All = true";
    }

    private IParameterSymbol? Find(IParameterSymbol wanted) =>
        _method.Parameters.FirstOrDefault(p => p.Name == wanted.Name && (IsSameTypeParameter(p.Type, wanted.Type) || _known.Compilation.ClassifyConversion(p.Type, wanted.Type).IsImplicit));

    private IParameterSymbol? OnlyContext()
    {
        IParameterSymbol[] marked = [.. _method.Parameters.Where(p => KnownTypes.Find(p, KnownTypes.Context) is not null && _known.ConvertsToContext(p.Type))];
        IParameterSymbol[] contexts = marked.Length > 0 ? marked : [.. _method.Parameters.Where(p => _known.IsContext(p.Type))];
        return contexts.Length == 1 ? contexts[0] : null;
    }

    private static bool IsSameTypeParameter(ITypeSymbol a, ITypeSymbol b) =>
        a is ITypeParameterSymbol { TypeParameterKind: TypeParameterKind.Method } && b is ITypeParameterSymbol { TypeParameterKind: TypeParameterKind.Method } && a.Name == b.Name;

    private static TypedConstant Named(AttributeData attribute, string name) =>
        attribute.NamedArguments.FirstOrDefault(argument => argument.Key == name).Value;
}
