namespace System.Runtime.CompilerServices;

/// <summary>What the compiler looks for when a property has <c>init</c>; .NET Standard 2.0 lacks it.</summary>
internal static class IsExternalInit;
