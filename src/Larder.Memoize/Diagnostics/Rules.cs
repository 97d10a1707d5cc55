using Microsoft.CodeAnalysis;

namespace Larder.Memoize.Generation.Diagnostics;

/// <summary>What can be wrong with a memoized method, and with what is cached. docs/memoize.md has an example and a fix for each.</summary>
internal static class Rules
{
    private const string Category = "Larder.Memoize";

    public static readonly DiagnosticDescriptor NotPartial = Error(1, "The method is not partial", "'{0}' has {1}, but is not partial, so that its body cannot be generated; make it partial and move its body to a method of its own");
    public static readonly DiagnosticDescriptor TypeNotPartial = Error(2, "The type is not partial", "'{0}' holds a generated method, but the type '{1}' is not partial");
    public static readonly DiagnosticDescriptor ByReference = Error(3, "A parameter is passed by reference", "The parameter '{0}' is passed by reference, which a cached result cannot do; pass it by value");
    public static readonly DiagnosticDescriptor ReturnsNothing = Error(4, "The method returns no value", "'{0}' returns '{1}', which holds no value to cache; return a value, Task<T> or ValueTask<T>");
    public static readonly DiagnosticDescriptor ReturnsSequence = Error(5, "The method returns a sequence that is computed while it is read", "'{0}' returns '{1}', which is computed or consumed while it is read and can be read only by one; return a list, or what was read");
    public static readonly DiagnosticDescriptor UnsupportedArgument = Error(6, "The argument cannot be part of a key", "The parameter '{0}' of type '{1}' cannot be part of a key: {2}; let the type implement ICacheKeyPart, name the parameter in IgnoreArguments, or pass an id in its place");
    public static readonly DiagnosticDescriptor UnknownIgnored = Error(7, "IgnoreArguments names no parameter", "IgnoreArguments names '{0}', but '{1}' has no parameter of this name; it has {2}");
    public static readonly DiagnosticDescriptor UnknownInTag = Error(8, "A tag names no parameter", "The tag '{0}' {1}; '{2}' has the parameters {3}");
    public static readonly DiagnosticDescriptor NoCache = Error(9, "It is not clear which cache is meant", "'{0}': {1}");
    public static readonly DiagnosticDescriptor AmbientContext = Info(10, "The scope's context is the ambient one", "'{0}' has the scope {1}, and neither a parameter nor a member is a UserContext: the ambient one is used (UserContext.Use), and without it each call throws");
    public static readonly DiagnosticDescriptor ContextWithoutScope = Error(11, "There is a context, but no scope", "'{0}' takes the context '{1}', but its Scope is not set: results would be shared by everybody; set Scope, or name the parameter in IgnoreArguments");
    public static readonly DiagnosticDescriptor InvalidOption = Error(12, "An option is out of its range", "{0} of '{1}' is {2}; it must be {3}");
    public static readonly DiagnosticDescriptor Secret = Warning(13, "A secret may be part of the key", "The parameter '{0}' sounds like a secret, and keys are readable in logs and stores; name it in IgnoreArguments, or pass an id in its place");
    public static readonly DiagnosticDescriptor NoBody = Error(14, "There is no method to call", "'{0}' needs a method '{1}' that {2}");
    public static readonly DiagnosticDescriptor CannotInvalidate = Error(15, "It is not clear which result is to be forgotten", "'{0}' cannot forget a result of '{1}': {2}");
    public static readonly DiagnosticDescriptor OwnValues = Warning(16, "The object's own values are not part of the key", "'{0}' belongs to a {1} that holds values ('{2}'), which are not part of the key: two that differ share results; let '{3}' implement ICacheKeyPart, or make the method static");
    public static readonly DiagnosticDescriptor SeveralContexts = Error(17, "There are several contexts", "'{0}' has several contexts ({1}); put [CacheContext] on one of them");
    public static readonly DiagnosticDescriptor WrongPlace = Error(18, "The method cannot be generated here", "'{0}' cannot be generated: {1}");

    public static readonly DiagnosticDescriptor NoResult = Warning(19, "What is cached is no result", "'{0}' caches a '{1}' itself, {2}");

    /// <summary>Those about memoized methods.</summary>
    public static IEnumerable<DiagnosticDescriptor> OfMethods =>
    [
        NotPartial, TypeNotPartial, ByReference, ReturnsNothing, ReturnsSequence, UnsupportedArgument, UnknownIgnored, UnknownInTag, NoCache,
        AmbientContext, ContextWithoutScope, InvalidOption, Secret, NoBody, CannotInvalidate, OwnValues, SeveralContexts, WrongPlace,
    ];

    public static IEnumerable<DiagnosticDescriptor> All => [.. OfMethods, NoResult];

    private static DiagnosticDescriptor Error(int number, string title, string message) => Rule(number, title, message, DiagnosticSeverity.Error);

    private static DiagnosticDescriptor Warning(int number, string title, string message) => Rule(number, title, message, DiagnosticSeverity.Warning);

    private static DiagnosticDescriptor Info(int number, string title, string message) => Rule(number, title, message, DiagnosticSeverity.Info);

    private static DiagnosticDescriptor Rule(int number, string title, string message, DiagnosticSeverity severity) =>
        new($"LARDER{number:000}", title, message, Category, severity, isEnabledByDefault: true);
}
