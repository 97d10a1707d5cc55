using System.Reflection;

namespace Larder.Memoize.Tests.Generation;

/// <summary>Compiles a subject with its generated code, without a warning, and runs its class <c>Probe</c>.</summary>
internal static class Probe
{
    private const string Check = """
        internal static class Check
        {
            public static void Same<T>(T a, T b, [System.Runtime.CompilerServices.CallerLineNumber] int line = 0)
            {
                if (!EqualityComparer<T>.Default.Equals(a, b))
                    throw new Exception($"{a} and {b} differ in line {line}.");
            }

            public static void Differ<T>(T a, T b, [System.Runtime.CompilerServices.CallerLineNumber] int line = 0)
            {
                if (EqualityComparer<T>.Default.Equals(a, b))
                    throw new Exception($"Both are {a} in line {line}.");
            }
        }
        """;

    /// <param name="source">The subject, whose class <c>Probe</c> has a method <c>Run</c>.</param>
    /// <param name="suppressed">The warnings that generated code is to suppress.</param>
    public static async Task RunAsync(string source, params string[] suppressed)
    {
        Assembly assembly = GeneratorRun.Named($"Subject{Guid.NewGuid():N}", source, Check).Load(suppressed);
        MethodInfo run = assembly.GetTypes().Single(type => type.Name == "Probe").GetMethod("Run", BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)!;
        try
        {
            if (run.Invoke(null, null) is Task task)
                await task;
        }
        catch (TargetInvocationException error)
        {
            Assert.Fail(error.InnerException!.ToString());
        }
    }
}
