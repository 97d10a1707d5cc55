using System.Collections.Immutable;
using System.Text;
using Larder.Memoize.Generation.Diagnostics;
using Larder.Memoize.Generation.Model;
using Microsoft.CodeAnalysis;

namespace Larder.Memoize.Generation.Parsing;

/// <summary>Reads one memoized method: what is generated for it, and what is wrong with it.</summary>
internal sealed class MethodParser
{
    private static readonly string[] Secrets = ["password", "passwd", "secret", "token", "apikey", "credential", "passphrase", "privatekey"];

    private readonly KnownTypes _known;
    private readonly IMethodSymbol _method;
    private readonly AttributeData _attribute;
    private readonly Findings _findings;
    private readonly Members _members;
    private readonly OptionsModel _options;
    private readonly Declaration _declaration;

    // The symbol makes a new array whenever it is asked.
    private readonly ImmutableArray<IParameterSymbol> _parameters;
    private readonly LocalNames _locals;
    private string? _keyName;

    private MethodParser(KnownTypes known, IMethodSymbol method, AttributeData attribute, Findings findings, Declaration declaration)
    {
        _known = known;
        _method = method;
        _declaration = declaration;
        _parameters = method.Parameters;
        _locals = new LocalNames(_parameters);
        _attribute = attribute;
        _findings = findings;
        _members = new Members(known, method, findings);
        _options = OptionsReader.Read(attribute, method, findings);
    }

    /// <summary>The model of a partial method; <see langword="null"/> when something is wrong.</summary>
    public static MethodModel? Parse(KnownTypes known, IMethodSymbol method, AttributeData attribute, Findings findings, Declaration declaration)
    {
        if (!Places.Check(known, method, declaration, Places.Memoize, findings))
            return null;
        var parser = new MethodParser(known, method, attribute, findings, declaration);
        string cache = parser._members.FindCache(parser._options.Cache);

        // Of a method that is not partial the body is the method itself, until the fix has moved it.
        BodyModel? body = method.IsPartialDefinition ? Bodies.Find(method, declaration, attribute.ConstructorArguments.FirstOrDefault().Value as string, attribute, findings) : null;
        return parser.Parse(known.FactsOf(method.ContainingType).Place, cache, body ?? new BodyModel("", null, ReturnShape.Value, false), Places.Modifiers(declaration), explicitInterface: "");
    }

    /// <summary>The model of an interface's method in its decorator; <see langword="null"/> when something is wrong.</summary>
    public static MethodModel? ParseDecorated(KnownTypes known, IMethodSymbol method, AttributeData attribute, TypeModel decorator, Findings findings)
    {
        var parser = new MethodParser(known, method, attribute, findings, Declaration.Of(method));
        Places.CheckDecorated(method, findings);
        if (method.ContainingType.IsGenericType)
            findings.Add(Rules.WrongPlace, method, method.Name, "its interface is generic");
        if (parser._options.Cache is { } cache)
            findings.Add(Rules.NoCache, method, method.Name, $"its Cache is '{cache}', but a decorator is given its cache by AddMemoized");
        var body = new BodyModel(Names.Escape(method.Name) + Names.TypeParameters(method.TypeParameters), null, Shapes.Of(method.ReturnType, out _), TakesToken: true);
        return parser.Parse(decorator, "_cache", body, modifiers: "", Names.Of(method.ContainingType) + ".");
    }

    public static bool IsToken(ITypeSymbol type) =>
        type is INamedTypeSymbol { Name: "CancellationToken", Arity: 0, ContainingType: null, ContainingNamespace: { Name: "Threading", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } } };

    private MethodModel? Parse(TypeModel type, string cache, BodyModel body, string modifiers, string explicitInterface)
    {
        ReturnShape shape = CheckResult(out ITypeSymbol? result);
        CheckNames();
        ISymbol? contextParameter = ContextParameter();
        ImmutableArray<ParameterModel> parameters = Parameters(contextParameter);
        bool isDecorator = explicitInterface.Length > 0;
        ContextSource source = Context(contextParameter, isDecorator, out string context);
        OwnerKey ownerKey = OwnerKeyOf(isDecorator);
        if (ownerKey != OwnerKey.Value && !isDecorator)
            CheckOwnValues();
        if (_findings.HasErrors || result is null)
            return null;

        INamedTypeSymbol owner = _method.ContainingType;
        string name = $"{owner.Name}.{_method.Name}";
        return new MethodModel
        {
            Type = type,
            Name = Names.Escape(_method.Name),
            UniqueName = UniqueNames.Of(_known, _method, out string handle),
            HandleName = Names.Escape(handle),
            Modifiers = modifiers,
            ExplicitInterface = explicitInterface,
            ReturnType = Names.Of(_method.ReturnType),
            Shape = shape,
            ResultType = Names.Of(result),
            ResultCanBeNull = Shapes.CanBeNull(result),
            IsStatic = _method.IsStatic,
            TypeParameters = Names.TypeParameters(_method.TypeParameters),
            Constraints = _method.Arity == 0 ? default : Names.Constraints(_method.TypeParameters).ToEquatableArray(),
            ExplicitConstraints = isDecorator ? Names.ExplicitConstraints(_method.TypeParameters).ToEquatableArray() : default,
            DocumentationId = _method.GetDocumentationCommentId() ?? "",
            Parameters = new(parameters),
            KeyName = _options.KeyPrefix ?? name,
            Signature = Signature(),
            TypeArguments = AllTypeParameters().Select(static p => Names.Escape(p.Name)).ToEquatableArray(),
            Options = _options,
            Body = body,
            Cache = cache,
            ContextSource = source,
            Context = context,
            OwnerKey = ownerKey,
            HandleAccess = isDecorator ? "public" : Places.HandleAccess(_method),
            HidesHandle = !isDecorator && Places.HidesHandle(_method),
        };
    }

    private ReturnShape CheckResult(out ITypeSymbol? result)
    {
        ReturnShape shape = Shapes.Of(_method.ReturnType, out result);
        if (result is null)
            _findings.Add(Rules.ReturnsNothing, _method, _method.Name, _method.ReturnType.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat));
        else if (Shapes.IsComputedWhileRead(result))
            _findings.Add(Rules.ReturnsSequence, _method, _method.Name, _method.ReturnType.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat));
        else if (KeyTypes.CannotBeKept(result))
            _findings.Add(Rules.WrongPlace, _method, _method.Name, result.IsRefLikeType || result is ITypeParameterSymbol ? "what it returns lives on the stack, or may" : "what it returns is a pointer, or has one");
        if (shape != ReturnShape.Value && (_options.Verbose || _options.HasArgumentsInTags || !_options.CacheNull) && _declaration.Modifiers.Contains("unsafe"))
            _findings.Add(Rules.WrongPlace, _method, _method.Name, "nothing can be awaited in a method that is unsafe; only its body has to be");
        return shape;
    }

    private void CheckNames()
    {
        foreach (string ignored in _options.IgnoreArguments.Where(ignored => _parameters.All(p => p.Name != ignored)))
            _findings.Add(Rules.UnknownIgnored, _attribute, _method, ignored, _method.Name, ParameterNames());
        foreach (string tag in _options.Tags)
        {
            if (TagCode.Problem(tag, _method) is { } problem)
                _findings.Add(Rules.UnknownInTag, _attribute, _method, tag, problem, _method.Name, ParameterNames());
        }
    }

    private ISymbol? ContextParameter()
    {
        var candidates = new List<IParameterSymbol>();
        for (int i = 0; i < _parameters.Length; i++)
        {
            if (_declaration.MayHaveAttributes(i) && IsMarked(_parameters[i]) && _known.ConvertsToContext(_parameters[i].Type))
                candidates.Add(_parameters[i]);
        }

        if (candidates.Count == 0)
        {
            foreach (IParameterSymbol parameter in _parameters)
            {
                if (_known.IsContext(parameter.Type) && !IsIgnored(parameter))
                    candidates.Add(parameter);
            }
        }

        if (candidates.Count > 1)
            _findings.Add(Rules.SeveralContexts, _method, _method.Name, string.Join(", ", candidates.Select(static p => p.Name)));
        return candidates.FirstOrDefault();
    }

    private ContextSource Context(ISymbol? parameter, bool isDecorator, out string context)
    {
        context = "";
        if (_options.Scope is null && parameter is not null)
            _findings.Add(Rules.ContextWithoutScope, parameter, _method.Name, parameter.Name);
        if (_options.Scope is null or "Global")
            return ContextSource.NotNeeded;
        if (parameter is IParameterSymbol given)
        {
            context = Names.Of(given);
            if (!_known.IsContext(given.Type))
                context = $"(global::Larder.UserContext){context}";
            if (given.NullableAnnotation == NullableAnnotation.Annotated)
                context += "!";
            return ContextSource.Parameter;
        }

        if (!isDecorator && _members.FindContext() is { } member)
        {
            context = member + "!";
            return ContextSource.Member;
        }

        _findings.Add(Rules.AmbientContext, _method, _method.Name, _options.Scope);
        return ContextSource.Ambient;
    }

    private ImmutableArray<ParameterModel> Parameters(ISymbol? context)
    {
        // The analyzer, which explains what is wrong, writes nothing.
        Documentation documentation = _findings.IsSilent ? Documentation.Of(_method, _declaration) : Documentation.None;
        ImmutableArray<ParameterModel>.Builder models = ImmutableArray.CreateBuilder<ParameterModel>(_parameters.Length);
        foreach (IParameterSymbol parameter in _parameters)
            models.Add(Parameter(parameter, models.Count, context, documentation));
        return models.MoveToImmutable();
    }

    private ParameterModel Parameter(IParameterSymbol parameter, int index, ISymbol? context, Documentation documentation)
    {
        string name = Names.Of(parameter);
        ParameterRole role = IsToken(parameter.Type) ? ParameterRole.Token
            : SymbolEqualityComparer.Default.Equals(parameter, context) ? ParameterRole.Context
            : IsIgnored(parameter) ? ParameterRole.Ignored
            : ParameterRole.Key;
        KeyCode? key = null;
        if (parameter.RefKind != RefKind.None)
        {
            _findings.Add(Rules.ByReference, parameter, parameter.Name);
        }
        else if (role == ParameterRole.Key && parameter.Type.TypeKind != TypeKind.Error)
        {
            key = KeyCode.Of(_known, _locals, parameter.Type, name, KeyName());
            if (key.Problem is { } problem)
                _findings.Add(Rules.UnsupportedArgument, parameter, parameter.Name, parameter.Type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat), problem);
            if (!_findings.IsSilent && Array.Exists(Secrets, secret => parameter.Name.Replace("_", "").EndsWith(secret, StringComparison.OrdinalIgnoreCase)))
                _findings.Add(Rules.Secret, parameter, parameter.Name);
        }
        else if (KeyTypes.CannotBeKept(parameter.Type))
        {
            _findings.Add(Rules.UnsupportedArgument, parameter, parameter.Name, parameter.Type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat), KeyTypes.Reason(parameter.Type));
        }

        bool isExtension = _method.IsExtensionMethod && index == 0;
        return new ParameterModel(
            name,
            Names.Of(parameter.Type),
            Places.Declaration(parameter, isExtension),
            role,
            key?.Code ?? "",
            key?.MayFail ?? false,
            role == ParameterRole.Key && _declaration.MayHaveDefault(index) ? Names.Default(parameter) : "",
            documentation[parameter.Name]);
    }

    private OwnerKey OwnerKeyOf(bool isDecorator)
    {
        if (isDecorator)
            return OwnerKey.Implementation;
        if (_method.IsStatic)
            return OwnerKey.None;
        if (_known.IsKeyPart(_method.ContainingType))
            return OwnerKey.Value;
        return _known.FactsOf(_method.ContainingType).HasOverridableMembers ? OwnerKey.DerivedType : OwnerKey.None;
    }

    // The values of a record or struct are what it is; the fields of a class are usually other services.
    private void CheckOwnValues()
    {
        INamedTypeSymbol type = _method.ContainingType;
        if (_method.IsStatic || !(type.IsRecord || type.IsValueType))
            return;
        IFieldSymbol? value = type.GetMembers().OfType<IFieldSymbol>().FirstOrDefault(field => !field.IsStatic && !_known.IsCache(field.Type) && !_known.ConvertsToContext(field.Type));
        if (value is not null)
            _findings.Add(Rules.OwnValues, _method, _method.Name, type.IsRecord ? "record" : "struct", (value.AssociatedSymbol ?? value).Name, type.Name);
    }

    private string Signature()
    {
        string type = _known.FactsOf(_method.ContainingType).Text;
        StringBuilder text = TypeText.Builder();
        text.Append(_method.ContainingAssembly.Name).Append('/').Append(type).Append("::").Append(_method.Name).Append('(');
        for (int i = 0; i < _parameters.Length; i++)
            TypeText.AppendSignature(_parameters[i].Type, i == 0 ? text : text.Append(','));
        TypeText.AppendSignature(_method.ReturnType, text.Append("):"));
        return text.ToString();
    }

    private IEnumerable<ITypeParameterSymbol> AllTypeParameters()
    {
        if (_method.Arity == 0 && !_method.ContainingType.IsGenericType)
            return [];
        var all = new List<ITypeParameterSymbol>();
        for (INamedTypeSymbol? type = _method.ContainingType; type is not null; type = type.ContainingType)
            all.InsertRange(0, type.TypeParameters);
        return all.Concat(_method.TypeParameters);
    }

    private static bool IsMarked(IParameterSymbol parameter) => KnownTypes.Find(parameter, KnownTypes.Context) is not null;

    // The name of the key's writer, as CallState.Fresh chooses it.
    private string KeyName()
    {
        if (_keyName is null)
        {
            _keyName = "key";
            while (_parameters.Any(p => p.Name == _keyName))
                _keyName += "_";
        }

        return _keyName;
    }

    private bool IsIgnored(IParameterSymbol parameter) => _options.IgnoreArguments.Count > 0 && _options.IgnoreArguments.Contains(parameter.Name);

    private string ParameterNames() => _parameters.Length == 0 ? "none" : string.Join(", ", _parameters.Select(static p => p.Name));
}
